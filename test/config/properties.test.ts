// Properties syntax against what java.util.Properties made of the same texts, and edits in place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editProperties, escapeValue, parseProperties } from '../../src/config/properties.js';
import { golden } from '../support/golden.js';

interface Case {
  source: string;
  properties?: Record<string, string>;
  error?: string;
}

const asObject = (source: string): Record<string, string> =>
  Object.fromEntries(parseProperties(source).entries.map(({ key, value }) => [key, value]));

test('texts mean what they mean to Java', () => {
  for (const { source, properties, error } of golden<Case[]>('config/properties.json')) {
    const { problems } = parseProperties(source);
    if (error) assert.equal(problems.length > 0, true, JSON.stringify(source));
    else assert.deepEqual(asObject(source), properties, JSON.stringify(source));
  }
});

test('line numbers count from 1 and name the first line of a continued one', () => {
  const { entries, problems } = parseProperties(
    '\uFEFF# 注释\r\n\r\na = 1\\\r\n  2\r\n! no\r\nb:3\r\nc=\\u12\r\nd=4',
  );
  assert.deepEqual(
    entries.map(({ key, value, line, lines }) => [key, value, line, lines]),
    [
      ['a', '12', 3, 2],
      ['b', '3', 6, 1],
      ['d', '4', 8, 1],
    ],
  );
  assert.deepEqual(
    problems.map(({ line }) => line),
    [7],
  );
});

test('an edit changes the value that counts and nothing else', () => {
  const source = '\uFEFF# 集群\r\n  a = 1\r\n\r\na : 2\\\r\n  3\r\n# end\r\nb \\\r\n = 9\r\nc=';
  const edited = editProperties(
    source,
    new Map([
      ['a', 'x;y'],
      ['b', '7'],
      ['new', ' 中 '],
    ]),
  );
  assert.equal(
    edited,
    '\uFEFF# 集群\r\n  a = 1\r\n\r\na : x;y\r\n# end\r\nb=7\r\nc=\r\nnew=\\ \\u4e2d \r\n',
  );
  assert.equal(editProperties('', new Map([['a', '1']])), 'a=1\n');
  assert.equal(editProperties('b=2', new Map([['a', '1']])), 'b=2\na=1\n');
  assert.equal(editProperties('b=2\n', new Map([['b', '2']])), 'b=2\n');
});

const unit = fc.constantFrom(...' \t\n\r\f\\=:#!;a1中\u0000\u0085\u2028\ud83d');

test('every value survives being written and read', () => {
  fc.assert(
    fc.property(fc.string({ unit }), (value) => {
      assert.deepEqual(asObject(`key=${escapeValue(value)}\nnext=1`), { key: value, next: '1' });
    }),
  );
});

test('keys with signs in them are written so that they are read back', () => {
  const odd = ' a\\ b=c:d#!';
  const once = editProperties('', new Map([[odd, '1']]));
  assert.deepEqual(asObject(once), { [odd]: '1' });
  assert.deepEqual(asObject(editProperties(once, new Map([[odd, '2']]))), { [odd]: '2' });
});

test('an edit of any text leaves the other properties alone', () => {
  const piece = fc.constantFrom('a', 'b', 'k', '=', ':', ' ', '\t', '\\', '\n', '\r\n', '#', '1');
  const source = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(source, (before) => {
      const after = asObject(editProperties(before, new Map([['k', 'new value']])));
      // A lone backslash at the very end is an empty property only while nothing follows.
      const { '': _, ...rest } = after;
      const { '': __, ...expected } = Object.assign(asObject(before), {
        k: 'new value',
      });
      assert.deepEqual(rest, expected);
    }),
    { numRuns: 2000 },
  );
});
