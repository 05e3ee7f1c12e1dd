// Headers of answers written as their declarations say, and texts that are kept between requests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { headerCodec } from '../../src/protocol/fields.js';
import { decodeFrame, encodeFrameHeader, Serialize } from '../../src/protocol/frame.js';
import { RecentTexts } from '../../src/protocol/recent-texts.js';

const codec = headerCodec({ s: 'str?', i: 'i32?', l: 'i64?', b: 'bool?' }, { l: 'long' });
const text = fc.string({ unit: 'binary', maxLength: 30 });
const headers = fc.record(
  { s: text, i: fc.integer(), l: fc.maxSafeInteger(), b: fc.boolean() },
  { requiredKeys: [], noNullPrototype: true },
);
const more = fc.option(fc.record({ x: text, y: text }, { noNullPrototype: true }), {
  nil: undefined,
});

test('a typed header is written as its fields are, in both serializations', () => {
  fc.assert(
    fc.property(headers, more, fc.constantFrom(0, 1), (header, ext, serialize) => {
      const base = { code: 0, opaque: 7, flag: 1, remark: 'FOUND', serialize } as const;
      const typed = { codec, header };
      const fields = Object.assign(codec.encode(header), ext);
      const expected = encodeFrameHeader({ ...base, ext: fields }, 3);
      assert.deepEqual(encodeFrameHeader({ ...base, typed, ext }, 3), expected);
      if (serialize === Serialize.ROCKETMQ) return;
      const frame = decodeFrame(Buffer.concat([expected.subarray(4), Buffer.from('abc')]));
      const { x: _x, y: _y, ...own } = frame.ext!;
      assert.deepEqual(codec.decode(own, 'TEST'), header);
    }),
  );
});

test('recent texts are those that stand there', () => {
  const recent = new RecentTexts();
  const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 80 });
  const some = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'Topic', 'TopiC', 'Topix'), ascii));
  fc.assert(
    fc.property(some, (texts) => {
      const bytes = Buffer.from(texts.join(''), 'latin1');
      let at = 0;
      for (const one of [...texts]) {
        assert.equal(recent.at(bytes, at, at + one.length), one);
        at += one.length;
      }
    }),
  );
});
