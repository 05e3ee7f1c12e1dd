// SQL92 filters work on the bytes of records: that this gives what a plain evaluation of the same
// expression over all properties as texts gives.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatProperties, parseProperties } from '../../../src/protocol/properties.js';
import { compileSql } from '../../../src/server/broker/filter/message-filter.js';
import { RecordProperties } from '../../../src/server/broker/filter/property-values.js';
import {
  compare,
  compareOrdered,
  decimalOf,
  doubleOf,
  equal,
  negate,
  type SqlValue,
} from '../../../src/server/broker/filter/sql-values.js';

const NAMES = ['a', 'ab', 'TAGS', '$x', 'missing'];

/** An expression as text, and what it is worth for properties as texts. */
interface Plain {
  sql: string;
  worth: (properties: ReadonlyMap<string, string>) => SqlValue;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'x',
    'xy',
    "it's",
    'ä',
    '𝄞',
    '5',
    '-5',
    '1.5',
    '0',
    'true',
    'NaN',
    '12345678901',
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true }).map(String),
  fc.string({ maxLength: 6 }),
);
const numbers: fc.Arbitrary<{ sql: string; value: SqlValue }> = fc.oneof(
  fc.nat(20).map((n) => ({ sql: `${n}`, value: decimalOf(`${n}`) })),
  fc
    .bigInt({ min: 0n, max: 2n ** 63n - 1n })
    .map((n) => ({ sql: `${n}`, value: decimalOf(`${n}`) })),
  fc.constantFrom('1.5', '5.0', '0.1e2').map((sql) => ({ sql, value: doubleOf(sql) })),
  fc.nat(20).map((n) => ({ sql: `-${n}`, value: negate(decimalOf(`${n}`)) })),
);
const names = fc.constantFrom(...NAMES);

const equality: fc.Arbitrary<Plain> = fc
  .record({
    name: names,
    constant: fc.oneof(
      numbers,
      texts.map((value) => ({ sql: quoted(value), value: value as SqlValue })),
    ),
    turned: fc.boolean(),
    negated: fc.boolean(),
  })
  .map(({ name, constant: { sql, value }, turned, negated }) => {
    const sign = negated ? '<>' : '=';
    const equals: Plain['worth'] = (properties) => {
      const text = properties.get(name);
      if (text === undefined) return turned ? false : null;
      const [left, right] = turned ? [value, text] : [text, value];
      return equal(left, right) || compare(left, right) === 0;
    };
    return {
      sql: turned ? `${sql} ${sign} ${name}` : `${name} ${sign} ${sql}`,
      worth: negated ? inverted(equals) : equals,
    };
  });

const inverted =
  (of: Plain['worth']): Plain['worth'] =>
  (properties) => {
    const value = of(properties);
    return value === null ? null : !value;
  };

const order: fc.Arbitrary<Plain> = fc
  .record({ name: names, sign: fc.constantFrom('<', '<=', '>', '>='), constant: numbers })
  .map(({ name, sign, constant }) => ({
    sql: `${name} ${sign} ${constant.sql}`,
    worth: (properties) => {
      const text = properties.get(name);
      if (text === undefined) return null;
      const by = compareOrdered(text, constant.value);
      return sign === '<' ? by < 0 : sign === '<=' ? by <= 0 : sign === '>' ? by > 0 : by >= 0;
    },
  }));

const others: fc.Arbitrary<Plain> = fc.oneof(
  fc.record({ name: names, negated: fc.boolean() }).map(({ name, negated }) => ({
    sql: `${name} IS ${negated ? 'NOT ' : ''}NULL`,
    worth: (properties: ReadonlyMap<string, string>) => properties.has(name) === negated,
  })),
  fc.record({ name: names, items: fc.array(texts, { minLength: 1, maxLength: 3 }) }).map((one) => ({
    sql: `${one.name} IN (${one.items.map(quoted).join(', ')})`,
    worth: (properties: ReadonlyMap<string, string>) => {
      const text = properties.get(one.name);
      return text === undefined ? null : one.items.includes(text);
    },
  })),
  names.map((name) => ({
    sql: name,
    worth: (properties: ReadonlyMap<string, string>) => (properties.has(name) ? false : null),
  })),
);

const joined = (left: Plain, word: 'AND' | 'OR', right: Plain): Plain => ({
  sql: `(${left.sql}) ${word} (${right.sql})`,
  worth: (properties) => {
    const decisive = word === 'OR';
    const a = left.worth(properties);
    if (a === decisive) return a;
    const b = right.worth(properties);
    if (b === decisive) return b;
    return a === null || b === null ? null : !decisive;
  },
});

const { expression } = fc.letrec<{ expression: Plain }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    equality,
    order,
    others,
    fc
      .tuple(tie('expression'), fc.constantFrom('AND' as const, 'OR' as const), tie('expression'))
      .map(([left, word, right]) => joined(left, word, right)),
    tie('expression').map(({ sql, worth }) => ({ sql: `NOT (${sql})`, worth: inverted(worth) })),
  ),
}));

const properties = fc.dictionary(
  fc.constantFrom(...NAMES.filter((name) => name !== 'missing'), 'b', 'TAG', 'TAGSX', 'aa'),
  texts,
);

test('an expression is worth on bytes what it is worth on texts', () => {
  fc.assert(
    fc.property(expression, properties, (plain, values) => {
      const text = formatProperties(values);
      const bytes = Buffer.from(`before${text}behind`);
      let want: boolean;
      try {
        want = plain.worth(new Map(Object.entries(parseProperties(text)))) === true;
      } catch {
        want = false;
      }
      assert.equal(compileSql(plain.sql)(bytes, 6, bytes.length - 6), want, plain.sql);
    }),
    { numRuns: 1500 },
  );
});

test('properties are found in bytes as they are in text, however odd', () => {
  const piece = fc.oneof(
    fc.constantFrom('\u0001', '\u0002', 'a', 'ab', 'TAGS', 'ä', '7', '+7', '-', '0000000001'),
    fc.string({ maxLength: 3 }),
  );
  const found = new RecordProperties(NAMES);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      const bytes = Buffer.from(text);
      found.scan(bytes, 0, bytes.length);
      const want = parseProperties(bytes.toString());
      for (const [i, name] of NAMES.entries()) {
        const value = Object.hasOwn(want, name) ? want[name]! : null;
        assert.equal(found.text(i), value);
        assert.equal(found.has(i), value !== null);
        assert.equal(found.is(i, Buffer.from('7')), value === '7');
        const small = value !== null && /^[+-]?\d{1,9}$/.test(value);
        assert.equal(found.integer(i), small ? Number(value) + 0 : NaN);
      }
    }),
    { numRuns: 3000 },
  );
});
