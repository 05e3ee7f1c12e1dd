// The quick reading of a request gives what the plain one gives, or leaves it to that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeFrame,
  encodeFrameHeader,
  type Frame,
  isResponse,
} from '../../src/protocol/frame.js';
import { scanFrame } from '../../src/protocol/frame-scan.js';
import { requestCodec, requestName, REQUESTS, type RequestName } from '../../src/protocol/requests/index.js'; // prettier-ignore
import { type ScanPlan, scanPlan } from '../../src/protocol/scan-plan.js';
import { golden } from '../support/golden.js';

const names = Object.keys(REQUESTS) as RequestName[];
const plans = new Map<number, ScanPlan | undefined>(
  names.map((name) => [REQUESTS[name].code, scanPlan(requestCodec(name))]),
);
const planOf = (code: number): ScanPlan | undefined => plans.get(code);

function bytesOf(header: string | Buffer, body = Buffer.from('body')): Buffer {
  const head = Buffer.from(header);
  const word = Buffer.alloc(4);
  word.writeInt32BE(head.length);
  return Buffer.concat([word, head, body]);
}

/** What a frame holds, its header decoded as dispatch would. */
function contentOf(frame: Frame): unknown {
  const { code, language, version, opaque, flag, remark, serialize, body } = frame;
  const ext = frame.ext && { ...frame.ext };
  const name = isResponse(frame) ? undefined : requestName(code);
  let header = frame.header;
  try {
    header ??= name && requestCodec(name).decode(frame.ext, name);
  } catch (error) {
    header = (error as Error).message;
  }
  return { code, language, version, opaque, flag, remark, serialize, body: body.toString('hex'), ext, header }; // prettier-ignore
}

/** Compares both readings; true when the quick one took it. */
function agree(bytes: Buffer): boolean {
  const quick = scanFrame(bytes, planOf);
  if (!quick) return false;
  assert.deepEqual(contentOf(quick), contentOf(decodeFrame(bytes)), bytes.toString('latin1'));
  return true;
}

interface Recorded {
  name: RequestName;
  kind: string;
  serializeType: string;
  headerBase64: string;
}
const recorded = golden<Recorded[]>('protocol/frames.json').filter((f) => f.serializeType === 'JSON'); // prettier-ignore

test('every recorded request is read quickly, with the same result', () => {
  for (const { name, kind, headerBase64 } of recorded) {
    const taken = agree(bytesOf(Buffer.from(headerBase64, 'base64')));
    if (kind !== 'response') assert.ok(taken, name);
  }
});

test('generated requests of every row are read quickly', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
  const values = { str: text, i32: fc.integer(), i64: fc.integer({ min: -1e14, max: 1e14 }), bool: fc.boolean() }; // prettier-ignore
  for (const name of names) {
    const { fields } = requestCodec(name);
    const header = fc.record(
      Object.fromEntries(fields.map((field) => [field.name, values[field.kind] as fc.Arbitrary<unknown>])), // prettier-ignore
      { requiredKeys: fields.filter((f) => f.required).map((f) => f.name), noNullPrototype: true },
    );
    fc.assert(
      fc.property(header, fc.integer(), fc.integer({ min: 0, max: 3 }), (value, opaque, flag) => {
        const ext = requestCodec(name).encode(value as never);
        const head = encodeFrameHeader({ code: REQUESTS[name].code, opaque, flag, ext }, 4);
        const taken = agree(Buffer.concat([head.subarray(4), Buffer.from('body')]));
        assert.ok(taken || Object.keys(ext).length === 0 || isResponse({ flag } as Frame), name);
      }),
      { numRuns: 15 },
    );
  }
});

test('the other orders and writers of headers', () => {
  const go =
    '{"code":310,"language":"GO","version":317,"opaque":7,"flag":0,"remark":"","extFields":' +
    '{"a":"P","b":"T","c":"TBW102","d":"4","e":"0","f":"0","g":"1","h":"0","i":"K\\u0001\\"\\\\"}}';
  assert.ok(agree(bytesOf(go)));
  const left: string[] = [
    go.replace('"code":310,', '').replace('}}', '},"code":310}'), // the code comes late
    go.replace('"d":"4"', '"d":4'), // numbers without quotes
    go.replace('{"a"', '{ "a"'), // blanks
    go.replace('"T"', '"主题"'), // not ASCII
    go.replace('"b":"T",', ''), // a required field is missing
    go.replace('"d":"4"', '"d":"x"'),
    go.replace('"d":"4"', '"d":"12345678901234567890"'),
    go.replace('"d":"4"', '"d":"4294967296"'),
    go.replace('310', '99999'), // unknown code
    go.replace('310', '1.5'),
    go.replace('"GO"', 'null'),
    go.replace('"remark":""', '"remark":null'),
    go.replace('"remark":""', '"unknown":1'),
    go.replace('}}', '},"code":10}'), // two codes
    go.replace('}}', '},"extFields":{}}'), // twice the fields
    go.replace('\\u0001', '\\x'), // no JSON
    `${go} `,
    go.slice(0, -1),
  ];
  for (const text of left) assert.equal(scanFrame(bytesOf(text), planOf), undefined, text);
  const unknownField = go.replace('{"a"', '{"unknown":"\\"","z":"1","__proto__":"x","a"');
  assert.ok(agree(bytesOf(unknownField)));
  assert.ok(agree(bytesOf(go.replace('"b":"T"', '"b":"T","b":"U"'))));
});

test('damaged requests are read alike, or left', () => {
  const heads = recorded.map(({ headerBase64 }) => Buffer.from(headerBase64, 'base64'));
  const put = fc.oneof(
    fc.constantFrom('"', '\\', '{', '}', ':', ',', '-', '0', '""', '\\"', '"a":"', '\u0001', 'é'),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.nat(), fc.nat(3), put, (head, at, cut, text) => {
      const start = at % head.length;
      const damaged = Buffer.concat([head.subarray(0, start), Buffer.from(text), head.subarray(start + cut)]); // prettier-ignore
      agree(bytesOf(damaged));
    }),
    { numRuns: 20_000 },
  );
});

test('frames that are cut, or lie about their header, are left', () => {
  const whole = bytesOf(Buffer.from(recorded.find((f) => f.name === 'SEND_MESSAGE_V2')!.headerBase64, 'base64')); // prettier-ignore
  for (let end = 0; end < whole.length - 4; end++) {
    assert.equal(scanFrame(whole.subarray(0, end), planOf), undefined);
  }
  for (const length of [0, 1, 20, whole.length - 9, whole.length - 7, 0xffffff]) {
    const bytes = Buffer.from(whole);
    bytes.writeInt32BE(length);
    assert.equal(scanFrame(bytes, planOf), undefined, String(length));
  }
});
