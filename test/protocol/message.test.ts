// Message records: the bytes that Java brokers wrote, round trips, and bytes that are no record.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SysFlag } from '../../src/protocol/flags.js';
import { type Host, offsetMessageId, parseHost } from '../../src/protocol/host.js';
import {
  bodyCrc,
  type DecodedRecord,
  decodeRecord,
  decodeRecords,
  encodedRecord,
  MAGIC_V1,
  MAGIC_V2,
  MAX_PROPERTIES_BYTES,
  type MessageRecord,
  readInt64,
  withHostFlags,
  writeInt64,
} from '../../src/protocol/message.js';
import { parseProperties } from '../../src/protocol/properties.js';
import { golden } from '../support/golden.js';

interface Recorded {
  case: string;
  bytes: string;
  fields: {
    topic: string;
    bornHost: string;
    storeHost: string;
    msgId: string;
    bodyCRC: number;
    bodyLength: number;
    properties: Record<string, string>;
  } & Record<string, unknown>;
}
const recorded = golden<Recorded[]>('protocol/records.json');

function encode(record: MessageRecord): Buffer {
  return encodedRecord(record);
}

test('records of Java brokers are read as an independent reader read them', () => {
  for (const { case: name, bytes, fields } of recorded) {
    const record = decodeRecord(Buffer.from(bytes, 'base64'))!;
    assert.ok(record, name);
    const seen: Record<string, unknown> = {
      ...record,
      bodyCRC: record.bodyCrc,
      bodyLength: record.body.length,
      msgId: offsetMessageId(record.storeHost, record.physicalOffset),
      properties: parseProperties(record.properties),
    };
    const { bornHost, storeHost, ...others } = fields;
    assert.deepEqual(record.bornHost, parseHost(bornHost), name);
    assert.deepEqual(record.storeHost, parseHost(storeHost), name);
    for (const [field, value] of Object.entries(others)) {
      if (field in seen) assert.deepEqual(seen[field], value, `${name} ${field}`);
    }
    assert.equal(record.bodyCrc, bodyCrc(record.body), name);
  }
});

test('records of Java brokers are written byte for byte', () => {
  for (const { case: name, bytes } of recorded) {
    const original = Buffer.from(bytes, 'base64');
    assert.ok(encode(decodeRecord(original)!).equals(original), name);
  }
});

const host: fc.Arbitrary<Host> = fc.record(
  {
    address: fc
      .oneof(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
      ) // prettier-ignore
      .map((bytes) => Buffer.from(bytes)),
    port: fc.integer({ min: 0, max: 65535 }),
  },
  { noNullPrototype: true },
);
const i64 = fc.maxSafeInteger();
const anyRecord: fc.Arbitrary<MessageRecord> = fc
  .record({
    topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
    queueId: fc.integer(),
    flag: fc.integer(),
    queueOffset: i64,
    physicalOffset: i64,
    sysFlag: fc.integer(),
    bornTimestamp: i64,
    bornHost: host,
    storeTimestamp: i64,
    storeHost: host,
    reconsumeTimes: fc.integer(),
    preparedTransactionOffset: i64,
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    properties: fc.string({ unit: 'grapheme', maxLength: 300 }),
  })
  .map((r) => ({ ...r, sysFlag: withHostFlags(r.sysFlag, r.bornHost, r.storeHost) }));

test('any record comes back; the topic decides its version', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const bytes = encode(record);
      const { totalSize, magic, bodyCrc: crc, ...back } = decodeRecord(bytes)!;
      assert.deepEqual(back, record);
      assert.equal(totalSize, bytes.length);
      assert.equal(magic, Buffer.byteLength(record.topic) > 127 ? MAGIC_V2 : MAGIC_V1);
      assert.equal(crc, bodyCrc(record.body));
    }),
    { numRuns: 500 },
  );
});

test('records one after the other are read to the first that is not whole', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 4 }), fc.nat(), (records, cut) => {
      const all = records.map(encode);
      const bytes = Buffer.concat(all);
      const end = bytes.length === 0 ? 0 : cut % bytes.length;
      let whole = 0;
      for (let at = 0; whole < all.length && at + all[whole]!.length <= end; whole++) {
        at += all[whole]!.length;
      }
      assert.equal(decodeRecords(bytes).length, records.length);
      assert.equal(decodeRecords(bytes.subarray(0, end)).length, whole);
    }),
  );
});

test('damaged records are a record inside their bytes, or none', () => {
  const originals = recorded.map(({ bytes }) => Buffer.from(bytes, 'base64'));
  const damage = fc.tuple(fc.constantFrom(...originals), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 })); // prettier-ignore
  fc.assert(
    fc.property(damage, ([original, changes]) => {
      const bytes = Buffer.from(original);
      for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 120)] = value;
      const record: DecodedRecord | undefined = decodeRecord(bytes);
      if (!record) return;
      assert.ok(record.totalSize > 0 && record.totalSize <= bytes.length);
      assert.ok(record.body.length < record.totalSize);
    }),
    { numRuns: 3000 },
  );
});

test('random bytes are no record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      if (buffer.length >= 8) buffer.writeInt32BE(MAGIC_V1, 4);
      decodeRecord(buffer);
      decodeRecords(buffer);
    }),
  );
});

test('int64 without bigint is int64', () => {
  fc.assert(
    fc.property(i64, (value) => {
      const bytes = Buffer.alloc(8);
      writeInt64(bytes, value, 0);
      assert.equal(bytes.readBigInt64BE(0), BigInt(value));
      assert.equal(readInt64(bytes, 0), value);
    }),
  );
});

test('the address bits of sysFlag follow the hosts', () => {
  const v4 = { address: Buffer.alloc(4), port: 1 };
  const v6 = { address: Buffer.alloc(16), port: 1 };
  const { BORN_HOST_V6, STORE_HOST_V6 } = SysFlag;
  assert.equal(withHostFlags(BORN_HOST_V6 | 1, v4, v6), STORE_HOST_V6 | 1);
  assert.equal(withHostFlags(STORE_HOST_V6, v6, v4), BORN_HOST_V6);
  assert.equal(MAX_PROPERTIES_BYTES, 32767);
});
