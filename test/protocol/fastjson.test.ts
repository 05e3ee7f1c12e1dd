// JSON in fastjson's dialect: recorded bodies, round trips, and texts that are no JSON.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Json,
  numberTable,
  parseJson,
  stringTable,
  writeJson,
} from '../../src/protocol/fastjson.js';
import { golden } from '../support/golden.js';

interface RecordedBody {
  name: string;
  kind: string;
  text: string;
}

test('recorded bodies are read, and what is written reads the same', () => {
  for (const { name, text } of golden<RecordedBody[]>('protocol/bodies.json')) {
    const value = parseJson(text);
    for (const options of [{}, { pretty: true }]) {
      assert.deepEqual(parseJson(writeJson(value, options)), value, name);
    }
    JSON.parse(writeJson(value, { quoteKeys: true }));
  }
});

test('number and object keys are bare, the rest is as JSON.stringify writes it', () => {
  const table = new Map<number, Json>([
    [1, 'a'],
    [0, null],
    [-3, [true]],
  ]);
  assert.equal(writeJson({ b: table, a: 'x"y' }), '{"a":"x\\"y","b":{1:"a",-3:[true]}}');
  assert.equal(writeJson(table, { quoteKeys: true }), '{"1":"a","-3":[true]}');
  const queues = new Map([[{ queueId: 1, topic: 'T' }, 5]]);
  assert.equal(writeJson(queues), '{{"queueId":1,"topic":"T"}:5}');
  assert.equal(writeJson({ z: undefined, y: null, x: {} }, { pretty: true }), '{\n\t"x":{}\n}');
});

test('what fastjson tolerates is read', () => {
  const cases: [string, Json][] = [
    ['{0:1,"a":2}', new Map<number | string, Json>([[0, 1], ['a', 2]])], // prettier-ignore
    ['{name:"x",}', { name: 'x' }],
    ['{"a":1,}', { a: 1 }],
    ['[1,2,]', [1, 2]],
    ['{"n":12L,"d":1.5D}', { n: 12, d: 1.5 }],
    ['{{"queueId":0}:1}', new Map([[{ queueId: 0 }, 1]])],
    [' \n{ 1 : { 2 : "x" } }', new Map([[1, new Map([[2, 'x']])]])],
    ['{0:"\\u4e2d\\n"}', new Map([[0, '中\n']])],
    ['{0:"a\nb",1:"\\\\"}', new Map([[0, 'a\nb'], [1, '\\']])], // prettier-ignore
    ['{0:-1,1:1.5e3,2:12345678901234567168}', new Map([[0, -1], [1, 1500], [2, 12345678901234567168]])], // prettier-ignore
  ];
  for (const [text, value] of cases) assert.deepEqual(parseJson(text), value, text);
});

test('what is wrong is a SyntaxError that says where', () => {
  for (const text of ['', '{', '{0:}', '[1 2]', '{0:1}x', '{0:"a}', 'nul', '{[1]:2}', '"\\x"']) {
    assert.throws(() => parseJson(text), { name: 'SyntaxError', message: /^JSON: expected .+ at position \d+$/ }, text); // prettier-ignore
  }
  assert.throws(() => parseJson(`${'{0:'.repeat(300)}1${'}'.repeat(300)}`), /at most 200 levels/);
});

test('a key called __proto__ is a key like others', () => {
  const value = parseJson('{0:{"__proto__":{"polluted":1},"a":2}}') as Map<number, Json>;
  const inner = value.get(0) as Record<string, Json>;
  assert.deepEqual(Object.entries(inner), [['__proto__', { polluted: 1 }], ['a', 2]]); // prettier-ignore
  assert.equal((inner as { polluted?: Json }).polluted, undefined);
});

test('tables are read from either spelling', () => {
  for (const text of ['{0:"a",3:"b"}', '{"0":"a","3":"b"}']) {
    const value = parseJson(text);
    assert.deepEqual(numberTable<string>(value), new Map([[0, 'a'], [3, 'b']])); // prettier-ignore
    assert.deepEqual(stringTable<string>(value), new Map([['0', 'a'], ['3', 'b']])); // prettier-ignore
  }
  for (const value of [undefined, null, 7, 'x', [1]]) {
    assert.equal(numberTable(value).size + stringTable(value).size, 0);
  }
});

const text = fc.string({ unit: 'grapheme', maxLength: 10 });
const scalar = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()); // prettier-ignore
const { value: anyJson } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text.filter((key) => key !== '__proto__'), tie('value'), { maxKeys: 4, noNullPrototype: true }), // prettier-ignore
    fc
      .uniqueArray(fc.tuple(fc.integer(), tie('value')), {
        selector: ([key]) => key,
        minLength: 1,
        maxLength: 4,
      }) // prettier-ignore
      .map((entries) => new Map(entries)),
  ),
}));

test('any value comes back, tables as tables', () => {
  fc.assert(
    fc.property(anyJson, fc.boolean(), (value, pretty) => {
      const back = parseJson(writeJson(value, { pretty }));
      assert.deepEqual(back, withoutMinusZero(value));
    }),
    { numRuns: 500 },
  );
});

/** JSON.stringify writes -0 as 0. */
function withoutMinusZero(value: Json): Json {
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [key, withoutMinusZero(item)]));
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutMinusZero(v!)]));
}

test('damaged texts are a value or a SyntaxError, soon', () => {
  const texts = golden<RecordedBody[]>('protocol/bodies.json').map((body) => body.text);
  const damage = fc.tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(5), text);
  fc.assert(
    fc.property(damage, ([whole, at, cut, put]) => {
      const start = at % whole.length;
      const broken = whole.slice(0, start) + put + whole.slice(start + cut);
      try {
        parseJson(broken);
      } catch (error) {
        assert.equal((error as Error).name, 'SyntaxError', broken);
      }
    }),
    { numRuns: 1000 },
  );
});
