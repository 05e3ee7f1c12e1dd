// The frame codec: recorded frames of RocketMQ, round trips, and whatever a hostile peer sends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MqError } from '../../src/base/errors.js';
import {
  decodeFrame,
  encodeFrameHeader,
  type Frame,
  type FrameFields,
  isOneway,
  isResponse,
  Serialize,
} from '../../src/protocol/frame.js';
import { CURRENT_VERSION, LANGUAGES } from '../../src/protocol/flags.js';
import { golden } from '../support/golden.js';

interface Recorded {
  name: string;
  kind: 'request' | 'response' | 'oneway';
  serializeType: 'JSON' | 'ROCKETMQ';
  totalLength: number;
  header: {
    code: number;
    flag: number;
    /** Binary headers carry a number in its place. */
    language?: string;
    languageCode?: number;
    opaque: number;
    version: number;
    remark?: string | null;
    extFields?: Record<string, string>;
  };
  headerBase64: string;
  body: string;
}
const recorded = golden<Recorded[]>('protocol/frames.json');

/** Bytes behind the first length field. */
function bytesOf(header: Buffer, body: Buffer, serialize: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeInt32BE((serialize << 24) | header.length);
  return Buffer.concat([word, header, body]);
}

function jsonFrame(text: string, body = Buffer.alloc(0)): Buffer {
  return bytesOf(Buffer.from(text), body, Serialize.JSON);
}

function roundTrip(fields: FrameFields, body: Buffer): Frame {
  const head = encodeFrameHeader(fields, body.length);
  assert.equal(head.readInt32BE(0), head.length - 4 + body.length);
  return decodeFrame(Buffer.concat([head.subarray(4), body]));
}

test('recorded frames decode to what was recorded', () => {
  for (const entry of recorded) {
    const { header } = entry;
    const body = Buffer.from(entry.body, 'base64');
    const serialize = Serialize[entry.serializeType];
    const bytes = bytesOf(Buffer.from(entry.headerBase64, 'base64'), body, serialize);
    const frame = decodeFrame(bytes);
    const binary = serialize === Serialize.ROCKETMQ;
    const ext = binary ? dropEmpty(header.extFields) : header.extFields;
    assert.deepEqual(
      { ...frame, body: frame.body.toString('base64') },
      {
        code: header.code,
        language: header.language ?? LANGUAGES[header.languageCode!],
        version: header.version,
        opaque: header.opaque,
        flag: header.flag,
        remark: header.remark ?? undefined,
        ext,
        serialize,
        body: entry.body,
      },
      `${entry.name} ${entry.kind} ${entry.serializeType}`,
    );
    assert.equal(isResponse(frame), entry.kind === 'response');
    if (entry.kind !== 'response') assert.equal(isOneway(frame), entry.kind === 'oneway');
  }
});

/** The binary form cannot tell an absent value from an empty one. */
function dropEmpty(ext: Record<string, string> | undefined): Record<string, string> | undefined {
  const kept = Object.entries(ext ?? {}).filter(([, value]) => value !== '' && value !== null);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

test('recorded JSON headers are written byte for byte', () => {
  let compared = 0;
  for (const entry of recorded) {
    if (entry.serializeType !== 'JSON') continue;
    const { code, opaque, flag, remark, extFields, language, version } = entry.header;
    const fields: FrameFields = { code, opaque, flag, ext: extFields, version };
    if (typeof remark === 'string') fields.remark = remark;
    if (language) fields.language = language;
    const head = encodeFrameHeader(fields, 0);
    const original = Buffer.from(entry.headerBase64, 'base64');
    assert.equal(head.toString('utf8', 8), original.toString('utf8'), entry.name);
    compared++;
  }
  assert.ok(compared > 60);
});

test('recorded binary headers are written byte for byte', () => {
  for (const entry of recorded) {
    if (entry.serializeType !== 'ROCKETMQ') continue;
    const original = Buffer.from(entry.headerBase64, 'base64');
    const frame = decodeFrame(bytesOf(original, Buffer.alloc(0), Serialize.ROCKETMQ));
    assert.equal(
      encodeFrameHeader(frame, 0).toString('hex', 8),
      original.toString('hex'),
      entry.name,
    );
  }
});

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
/** A field called __proto__ does not survive: nobody sends one, and nothing else may set it. */
const fieldName = text.filter((name) => name !== '__proto__');
const anyFrame = fc.record(
  {
    code: fc.integer({ min: -0x8000, max: 0x7fff }),
    opaque: fc.integer(),
    flag: fc.integer({ min: 0, max: 3 }),
    remark: text,
    ext: fc.dictionary(fieldName, text, { noNullPrototype: true }),
    language: fc.constantFrom(...LANGUAGES),
    version: fc.integer({ min: 0, max: 0x7fff }),
  },
  { requiredKeys: ['code', 'opaque', 'flag'], noNullPrototype: true },
);

test('any frame comes back from JSON', () => {
  fc.assert(
    fc.property(anyFrame, fc.uint8Array(), (fields, bytes) => {
      const body = Buffer.from(bytes);
      const frame = roundTrip({ ...fields, serialize: Serialize.JSON }, body);
      assert.deepEqual(frame, {
        language: 'JAVA',
        version: CURRENT_VERSION,
        remark: undefined,
        ext: undefined,
        ...fields,
        serialize: Serialize.JSON,
        body,
      });
    }),
  );
});

test('any frame comes back from the binary form, but empty texts are absent there', () => {
  fc.assert(
    fc.property(anyFrame, fc.uint8Array(), (fields, bytes) => {
      const body = Buffer.from(bytes);
      const frame = roundTrip({ ...fields, serialize: Serialize.ROCKETMQ }, body);
      const ext = dropEmpty(fields.ext);
      assert.deepEqual(dropEmpty(frame.ext), ext);
      assert.equal(frame.remark, fields.remark || undefined);
      const { code, opaque, flag, language = 'JAVA', version = CURRENT_VERSION } = fields;
      const { ext: _e, remark: _r, ...rest } = frame;
      const serialize = Serialize.ROCKETMQ;
      assert.deepEqual(rest, { code, opaque, flag, language, version, serialize, body });
    }),
  );
});

/** Decoding gives a frame or a coded error, never anything else. */
function decodesOrRefuses(bytes: Buffer): void {
  try {
    const frame = decodeFrame(bytes);
    assert.equal(typeof frame.code, 'number');
    assert.ok(Buffer.isBuffer(frame.body));
    for (const value of Object.values(frame.ext ?? {})) assert.equal(typeof value, 'string');
  } catch (error) {
    assert.ok(error instanceof MqError, `${String(error)} for ${bytes.toString('hex')}`);
    assert.equal(error.code, 'BAD_FRAME');
  }
}

test('random bytes are a frame or BAD_FRAME', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => decodesOrRefuses(Buffer.from(bytes))),
    { numRuns: 2000 },
  );
});

test('random headers of either form are a frame or BAD_FRAME', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.uint8Array({ maxLength: 80 }), (form, bytes) =>
      decodesOrRefuses(bytesOf(Buffer.from(bytes), Buffer.alloc(0), form)),
    ),
    { numRuns: 2000 },
  );
});

test('a damaged recorded frame is a frame or BAD_FRAME', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...recorded),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      (entry, damage, cut) => {
        const header = Buffer.from(entry.headerBase64, 'base64');
        const bytes = bytesOf(header, Buffer.alloc(0), Serialize[entry.serializeType]);
        for (const [at, value] of damage) bytes[at % bytes.length] = value;
        decodesOrRefuses(bytes);
        decodesOrRefuses(bytes.subarray(0, cut % bytes.length));
      },
    ),
    { numRuns: 1000 },
  );
});

test('any JSON value as header is a frame or BAD_FRAME', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (json) => decodesOrRefuses(jsonFrame(json))),
    { numRuns: 500 },
  );
  const field = fc.constantFrom('code', 'flag', 'opaque', 'extFields', 'remark', 'language');
  fc.assert(
    fc.property(fc.dictionary(field, fc.jsonValue({ maxDepth: 2 })), (header) =>
      decodesOrRefuses(jsonFrame(JSON.stringify({ code: 10, ...header }))),
    ),
    { numRuns: 1000 },
  );
});

test('what is wrong is said', () => {
  const says = (bytes: Buffer, pattern: RegExp): void => {
    assert.throws(() => decodeFrame(bytes), { code: 'BAD_FRAME', message: pattern });
  };
  says(Buffer.alloc(3), /shorter than/);
  says(Buffer.from([0, 0, 0, 9]), /a header of 9 bytes in a frame of 4/);
  says(Buffer.from([7, 0, 0, 0]), /unknown serialization 7/);
  says(jsonFrame('{"code":'), /not JSON/);
  says(jsonFrame('[]'), /not a JSON object|no code/);
  says(jsonFrame('null'), /not a JSON object/);
  says(jsonFrame('{"flag":0}'), /no code/);
  says(jsonFrame('{"code":1,"extFields":[1]}'), /extFields/);
});

test('numbers and booleans in extFields become text, null is absent', () => {
  const frame = decodeFrame(
    jsonFrame('{"code":11,"extFields":{"queueId":3,"order":true,"exp":null,"a":"b"}}'),
  );
  assert.deepEqual(frame.ext, { queueId: '3', order: 'true', a: 'b' });
});
