// Every layout reads back what it wrote, and no bytes whatever make a reader fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { viewOf } from '../../src/base/bytes.js';
import {
  MAGIC_BLANK,
  decodeRecord,
  encodedRecord,
  readInt64,
  withHostFlags,
  bodyCrc,
} from '../../src/protocol/message.js';
import type { MessageRecord } from '../../src/protocol/message.js';
import { hashCode, parseProperties } from '../../src/protocol/properties.js';
import {
  BATCH_UNIT_BYTES,
  unitBase,
  unitMessages,
  writeBatchUnit,
} from '../../src/store/format/batch-unit.js';
import { crcOfPart } from '../../src/protocol/body-crc.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/store/format/checkpoint.js';
import {
  unitOffset,
  unitSize,
  unitTagsCode,
  writeUnit,
} from '../../src/store/format/consume-queue-unit.js';
import {
  decodeExtUnit,
  encodeExtUnit,
  extOffset,
  isExtAddress,
  writeExtAddress,
} from '../../src/store/format/ext-unit.js';
import { crcMatches, sealCrc, withCrcRoom } from '../../src/store/format/crc-property.js';
import {
  decodeHeader,
  encodeHeader,
  indexFileName,
  positiveHash,
  readEntry,
  writeEntry,
} from '../../src/store/format/index-layout.js';
import { NO_KEYS, readKeys } from '../../src/store/format/record-keys.js';
import { RecordScanner, storeTimestampOf } from '../../src/store/format/record-scan.js';
import { parseDelayLevels, tagsCodeOf } from '../../src/store/format/tags-code.js';

const offset = fc.maxSafeNat();
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const count = fc.nat({ max: 0x7fffffff });

test('checkpoint', () => {
  const one = fc.record({
    physicMsgTimestamp: offset,
    logicsMsgTimestamp: offset,
    indexMsgTimestamp: offset,
    masterFlushedOffset: offset,
    confirmPhyOffset: offset,
    logicsPhysicalOffset: offset,
  });
  fc.assert(
    fc.property(one, (value) => {
      const bytes = encodeCheckpoint(value);
      assert.equal(bytes.length, 4096);
      assert.deepEqual(decodeCheckpoint(bytes), { ...value });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const value = decodeCheckpoint(Buffer.from(bytes));
      if (value) for (const field of Object.values(value)) assert.ok(field >= -1);
    }),
  );
});

test('consume queue entry', () => {
  const code = fc.oneof(int32, offset);
  fc.assert(
    fc.property(offset, count, code, (physicalOffset, size, tagsCode) => {
      const bytes = Buffer.alloc(20);
      writeUnit(viewOf(bytes), 0, physicalOffset, size, tagsCode);
      assert.deepEqual(
        [unitOffset(bytes, 0), unitSize(bytes, 0), unitTagsCode(bytes, 0)],
        [physicalOffset, size, BigInt(tagsCode)],
      );
    }),
  );
});

test('index header and entry', () => {
  const header = fc.record({
    beginTimestamp: offset,
    endTimestamp: offset,
    beginPhyOffset: offset,
    endPhyOffset: offset,
    hashSlotCount: count,
    indexCount: fc.integer({ min: 1, max: 0x7fffffff }),
  });
  fc.assert(
    fc.property(header, (value) => {
      assert.deepEqual(decodeHeader(encodeHeader(value)), { ...value });
    }),
  );
  const entry = fc.record({
    keyHash: count,
    physicalOffset: offset,
    timeDiffSeconds: count,
    previous: count,
  });
  fc.assert(
    fc.property(entry, (value) => {
      const bytes = Buffer.alloc(20);
      writeEntry(viewOf(bytes), 0, value);
      assert.deepEqual(readEntry(bytes, 0), { ...value });
    }),
  );
  assert.equal(decodeHeader(Buffer.alloc(40)).indexCount, 1);
  assert.equal(positiveHash(-0x80000000), 0);
  assert.equal(positiveHash(-5), 5);
  assert.equal(indexFileName(new Date(2026, 0, 2, 3, 4, 5, 6).getTime()), '20260102030405006');
});

const host = fc
  .tuple(fc.constantFrom(4, 16), fc.integer({ min: 0, max: 65535 }))
  .map(([length, port]) => ({ address: Buffer.alloc(length, 7), port }));
const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.replace(/[\p{Cc}\s]/gu, 'x'));
const topic = fc.oneof(word, fc.constant('t'.repeat(140)));
const properties = fc
  .uniqueArray(fc.tuple(fc.constantFrom('KEYS', 'TAGS', 'UNIQ_KEY', 'a', 'XKEYS', 'TAGS2'), word), {
    selector: ([name]) => name,
  })
  .map((all) => all.map(([name, value]) => `${name}\u0001${value}\u0002`).join(''));

const record: fc.Arbitrary<MessageRecord> = fc
  .record({
    topic,
    properties,
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    bornHost: host,
    storeHost: host,
    queueId: int32,
    flag: int32,
    queueOffset: offset,
    bornTimestamp: offset,
    storeTimestamp: offset,
    reconsumeTimes: int32,
    preparedTransactionOffset: offset,
  })
  .map((one) => ({
    ...one,
    physicalOffset: 0,
    sysFlag: withHostFlags(0, one.bornHost, one.storeHost),
  }));

const OPTIONS = { checkBodyCrc: true, checkPropertyCrc: false };

test('the scanner reads what the decoder reads', () => {
  const scanner = new RecordScanner(OPTIONS);
  fc.assert(
    fc.property(record, (one) => {
      const bytes = encodedRecord(one);
      assert.equal(scanner.scan(bytes, 0, 0, bytes.length + 100), 'record', scanner.reason);
      const decoded = decodeRecord(bytes)!;
      for (const field of ['topic', 'queueId', 'queueOffset', 'sysFlag', 'properties'] as const) {
        assert.equal(scanner[field], decoded[field], field);
      }
      assert.equal(scanner.storeTimestamp, one.storeTimestamp);
      assert.equal(storeTimestampOf(bytes), one.storeTimestamp);
      assert.equal(scanner.size, bytes.length);
      assert.equal(scanner.scan(bytes, 0, 1, bytes.length + 100), 'bad', 'another offset');
    }),
  );
});

test('a record that is cut anywhere is not taken for a whole one', () => {
  const scanner = new RecordScanner(OPTIONS);
  fc.assert(
    fc.property(record, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, share) => {
      const bytes = encodedRecord({ ...one, properties: `${one.properties}a\u0001b\u0002` });
      const cut = Math.floor(bytes.length * share);
      assert.equal(scanner.scan(bytes.subarray(0, cut), 0, 0, bytes.length + 8), 'more');
      const torn = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(bytes.length - cut + 100)]);
      assert.notEqual(scanner.scan(torn, 0, 0, torn.length), 'record');
    }),
  );
});

test('no bytes make the scanner fail', () => {
  const scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
  const damage = fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(record, damage, (one, changes) => {
      const bytes = encodedRecord(one);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const found = scanner.scan(bytes, 0, 0, bytes.length);
      if (found === 'record') assert.ok(decodeRecord(bytes));
    }),
  );
  const blank = Buffer.alloc(8);
  blank.writeInt32BE(500, 0);
  blank.writeInt32BE(MAGIC_BLANK, 4);
  assert.equal(scanner.scan(blank, 0, 0, 500), 'blank');
  assert.equal(scanner.scan(blank, 0, 0, 501), 'bad');
});

test('keys are the hashes of the parsed properties', () => {
  const keysOf = (topic: string, text: string): ReturnType<typeof readKeys> => {
    const bytes = Buffer.from(`before${text}behind`);
    return readKeys(topic, bytes, 6, bytes.length - 6);
  };
  fc.assert(
    fc.property(topic, properties, (name, text) => {
      // what a text cannot hold in UTF-8 is not what a reader finds
      const { UNIQ_KEY, KEYS, TAGS } = parseProperties(Buffer.from(text).toString());
      const hashOf = (key: string): number => positiveHash(hashCode(`${name}#${key}`));
      const words = KEYS?.split(' ').filter((word) => word !== '') ?? [];
      assert.deepEqual(keysOf(name, text), {
        tagsCode: TAGS === undefined ? 0 : hashCode(TAGS),
        unique: UNIQ_KEY === undefined ? -1 : hashOf(UNIQ_KEY),
        words: words.map(hashOf),
        tag: TAGS === undefined ? -1 : hashOf(`T#${TAGS}`),
      });
    }),
  );
  const { words } = keysOf('t', 'KEYS\u0001 a  bc d \u0002');
  assert.deepEqual(
    words,
    ['a', 'bc', 'd'].map((word) => positiveHash(hashCode(`t#${word}`))),
  );
});

test('the CRC property is the reversed decimal CRC of the record before it', () => {
  fc.assert(
    fc.property(record, (one) => {
      const bytes = encodedRecord({ ...one, properties: withCrcRoom(one.properties) });
      sealCrc(bytes);
      assert.ok(crcMatches(bytes));
      bytes[20] ^= 1;
      assert.ok(!crcMatches(bytes));
    }),
  );
  assert.equal(withCrcRoom(withCrcRoom('a\u0001b\u0002')).split('__CRC32#').length, 2);
});

test('delivery times of delay levels', () => {
  const delayMs = parseDelayLevels(' 1s 5m 2h 1d ');
  assert.deepEqual(delayMs, [1000, 300_000, 7_200_000, 86_400_000]);
  const at = (level: string): number =>
    tagsCodeOf(
      {
        topic: 'SCHEDULE_TOPIC_XXXX',
        properties: `DELAY\u0001${level}\u0002`,
        storeTimestamp: 100,
        keys: { ...NO_KEYS, tagsCode: 97 },
      },
      delayMs,
    );
  assert.equal(at('2'), 300_100);
  assert.equal(at('99'), 86_400_100, 'the last level');
  assert.equal(at('0'), 97, 'no delay: the hash of the tags');
});

test('the CRC of a part is that of its bytes alone', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(40), (array, skip) => {
      const bytes = Buffer.from(array);
      const from = Math.min(skip, bytes.length);
      assert.equal(crcOfPart(bytes, from, bytes.length), bodyCrc(bytes.subarray(from)));
    }),
  );
});

test('an entry for a batch is read as it was written, and begins as a plain one', () => {
  const number = fc.nat(2 ** 40);
  fc.assert(
    fc.property(
      fc.record({
        physicalOffset: number,
        size: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        tagsCode: fc.integer(),
        storeTimestamp: number,
        baseOffset: number,
        batchSize: fc.integer({ min: 1, max: 0x7fff }),
      }),
      (unit) => {
        const bytes = Buffer.alloc(BATCH_UNIT_BYTES + 3, 0xff);
        writeBatchUnit(viewOf(bytes), 3, unit);
        assert.deepEqual(
          {
            physicalOffset: unitOffset(bytes, 3),
            size: unitSize(bytes, 3),
            tagsCode: Number(unitTagsCode(bytes, 3)),
            storeTimestamp: readInt64(bytes, 23),
            baseOffset: unitBase(bytes, 3),
            batchSize: unitMessages(bytes, 3),
          },
          { ...unit },
        );
      },
    ),
  );
});

test('units of consumequeue_ext are read as written; any bytes give a unit within them or none', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.nat(2 ** 40),
      fc.uint8Array({ maxLength: 64 }),
      (tagsCode, storeTimestamp, bits) => {
        const unit = encodeExtUnit(tagsCode, storeTimestamp, Buffer.from(bits));
        assert.deepEqual(decodeExtUnit(unit, 0), {
          size: unit.length,
          tagsCode: BigInt(tagsCode),
          storeTimestamp,
          bitMap: bits.length > 0 ? Buffer.from(bits) : undefined,
        });
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(90), (array, at) => {
      const unit = decodeExtUnit(Buffer.from(array), at);
      if (unit) assert.ok(at + unit.size <= array.length);
    }),
  );
});

test('an address is kept in an entry, also beyond 4 GB', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 50), (offset) => {
      const unit = Buffer.alloc(20);
      writeExtAddress(unit, 0, offset);
      const code = unitTagsCode(unit, 0);
      assert.ok(isExtAddress(code));
      assert.equal(extOffset(code), offset);
    }),
  );
});
