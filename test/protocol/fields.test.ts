// Values of header fields: what is taken for a number, what is refused and how.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MqError } from '../../src/base/errors.js';
import { headerCodec } from '../../src/protocol/fields.js';

const codec = headerCodec({ s: 'str?', i: 'i32?', l: 'i64?', b: 'bool?' });
const decode = (ext: Record<string, string>) => codec.decode(ext, 'TEST');

test('integers of any length are exact or refused', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const fits = value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n;
      if (fits) assert.equal(BigInt(decode({ l: String(value) }).l!), value);
      else if (!/^-?9223372036854775/.test(String(value)))
        assert.throws(() => decode({ l: String(value) }), { code: 'BAD_HEADER' });
      const small = value >= -(2n ** 31n) && value < 2n ** 31n;
      if (!small) assert.throws(() => decode({ i: String(value) }), { code: 'BAD_HEADER' });
    }),
  );
  fc.assert(
    fc.property(fc.integer(), (value) => {
      assert.equal(decode({ i: String(value) }).i, value);
      assert.equal(decode({ l: String(value) }).l, value);
    }),
  );
});

test('the bounds', () => {
  const { MAX_SAFE_INTEGER: MAX, MIN_SAFE_INTEGER: MIN } = Number;
  const taken: [string, number][] = [
    ['0', 0],
    ['-0', 0],
    ['007', 7],
    ['999999999999999', 999999999999999],
    ['9007199254740991', MAX],
    ['-9007199254740991', MIN],
    ['9223372036854775807', MAX],
    ['-9223372036854775808', MIN],
  ];
  for (const [text, value] of taken) assert.ok(Object.is(decode({ l: text }).l, value), text);
  assert.equal(decode({ i: '2147483647' }).i, 2147483647);
  assert.equal(decode({ i: '-2147483648' }).i, -2147483648);
  for (const text of [
    '2147483648',
    '-2147483649',
    '',
    '-',
    '+1',
    '1.0',
    ' 1',
    '1e3',
    '0x1',
    '１',
  ]) {
    assert.throws(() => decode({ i: text }), { code: 'BAD_HEADER' }, text);
  }
  for (const text of ['9007199254740992', '12345678901234567890', '', '1 ', 'NaN', 'Infinity']) {
    assert.throws(() => decode({ l: text }), { code: 'BAD_HEADER' }, text);
  }
});

test('any text is a value or BAD_HEADER', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.equal(decode({ s: text }).s, text);
      assert.equal(decode({ b: text }).b, text.toLowerCase() === 'true');
      for (const field of ['i', 'l']) {
        try {
          decode({ [field]: text });
        } catch (error) {
          assert.ok(error instanceof MqError && error.code === 'BAD_HEADER');
        }
      }
    }),
  );
});

test('a refusal names the request, the field and what was expected', () => {
  const strict = headerCodec({ queueId: 'i32', topic: 'str' }, { queueId: 'e' });
  const text = (ext: Record<string, string>): string => {
    try {
      strict.decode(ext, 'SEND_MESSAGE_V2');
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(
    text({ e: 'x', topic: 'T' }),
    'bad header of SEND_MESSAGE_V2: e is "x", expected a 32-bit integer',
  );
  assert.equal(text({ topic: 'T' }), 'bad header of SEND_MESSAGE_V2: the required field e is missing'); // prettier-ignore
  assert.equal(text({ e: '1', topic: '' }), '');
});
