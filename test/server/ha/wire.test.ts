// The streams between masters and slaves: what is sent comes back however it is cut, and any bytes
// are read or refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  encodeEpochReport,
  encodeEpochs,
  encodeGreeting,
  encodeTransfer,
  EpochReader,
  takeFromMaster,
  takeFromSlave,
} from '../../../src/server/ha/epoch-wire.js';
import {
  encodePieceHeader,
  encodeReport,
  PieceReader,
  ReportReader,
} from '../../../src/server/ha/wire.js';

/** deepEqual also compares prototypes. */
const PLAIN = { noNullPrototype: true };
const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const epoch = fc.integer({ min: 1, max: 0x7fffffff });
const data = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

/** The bytes in pieces of the given sizes, over and over. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

test('pieces of the log and reports come back however they are cut', () => {
  const piece = fc.record({ offset, data }, PLAIN);
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), cuts, (pieces, sizes) => {
      const bytes = pieces.flatMap((one) => [
        encodePieceHeader(one.offset, one.data.length),
        one.data,
      ]);
      const reader = new PieceReader();
      const read = [...cut(Buffer.concat(bytes), sizes)].flatMap((chunk) => reader.read(chunk)!);
      assert.deepEqual(read, pieces);
    }),
  );
  fc.assert(
    fc.property(fc.array(offset, { minLength: 1 }), cuts, (reports, sizes) => {
      const reader = new ReportReader();
      const chunks = cut(Buffer.concat(reports.map(encodeReport)), sizes);
      const read = [...chunks]
        .map((chunk) => reader.read(chunk))
        .filter((one) => one !== undefined);
      assert.equal(read.at(-1), reports.at(-1));
    }),
  );
});

test('what is said in a group with a controller comes back however it is cut', () => {
  const greeting = fc.record({
    fromLastFile: fc.boolean(),
    learner: fc.boolean(),
    brokerId: offset,
  });
  fc.assert(
    fc.property(greeting, fc.array(offset), cuts, (hello, ends, sizes) => {
      const reader = new EpochReader(takeFromSlave);
      const bytes = Buffer.concat([encodeGreeting(hello), ...ends.map(encodeEpochReport)]);
      // a reader waits for the shortest report, so the last words may be a greeting only whole
      const read = [...cut(bytes, sizes)].flatMap((chunk) => reader.read(chunk)!);
      const reports = ends.map((end) => ({ kind: 'report', end }));
      assert.deepEqual(read, [{ kind: 'greeting', ...hello }, ...reports]);
    }),
  );
  const head = fc.record({ offset, epoch, start: offset, confirmOffset: offset });
  const epochs = fc.array(fc.record({ epoch, start: offset }, PLAIN), { maxLength: 5 });
  fc.assert(
    fc.property(epochs, offset, fc.array(fc.tuple(head, data)), cuts, (list, end, sent, sizes) => {
      const bytes = [
        encodeEpochs(list, end),
        ...sent.flatMap(([one, d]) => [encodeTransfer({ ...one, size: d.length }), d]),
      ];
      const reader = new EpochReader(takeFromMaster);
      const read = [...cut(Buffer.concat(bytes), sizes)].flatMap((chunk) => reader.read(chunk)!);
      assert.equal(read.length, 1 + sent.length);
      assert.deepEqual(read[0], { kind: 'epochs', epochs: list, end });
      sent.forEach(([one, d], i) => {
        const { kind, data: got, offset: at } = read[i + 1] as { kind: string } & Sent;
        assert.deepEqual([kind, got, at], ['transfer', d, one.offset]);
      });
    }),
  );
});

interface Sent {
  data: Buffer;
  offset: number;
}

test('any bytes are read or refused', () => {
  const bytes = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
  fc.assert(
    fc.property(bytes, (chunks) => {
      const readers = [
        new PieceReader(),
        new ReportReader(),
        new EpochReader(takeFromMaster),
        new EpochReader(takeFromSlave),
      ];
      for (const reader of readers) {
        for (const chunk of chunks) if (reader.read(Buffer.from(chunk)) === undefined) break;
      }
    }),
  );
});
