// What a record of the write-ahead log changes (db/write_batch.cc).
//
//   sequence u64 | count u32 | per change: tag u8, [family varint], key, [value]

import { Cursor, damaged } from './cursor.js';

/** One version of a key. */
export interface Version {
  sequence: number;
  key: Buffer;
  /** Undefined for a deletion. */
  value: Buffer | undefined;
}

/** ValueType of db/dbformat.h; the tags of the default family and of others. */
const Tag = {
  deletion: 0,
  value: 1,
  logData: 3,
  familyDeletion: 4,
  familyValue: 5,
  singleDeletion: 7,
  familySingleDeletion: 8,
  noop: 0xd,
} as const;

/** Calls `take` for every change, in order. */
export function readBatch(record: Buffer, take: (family: number, version: Version) => void): void {
  const cursor = new Cursor(record);
  let sequence = cursor.u64();
  cursor.u32();
  while (!cursor.atEnd) {
    const tag = cursor.u8();
    switch (tag) {
      case Tag.noop:
        continue;
      case Tag.logData:
        cursor.slice();
        continue;
      case Tag.value:
      case Tag.familyValue: {
        const family = tag === Tag.value ? 0 : cursor.varint();
        take(family, { sequence, key: cursor.slice(), value: cursor.slice() });
        break;
      }
      case Tag.deletion:
      case Tag.singleDeletion:
      case Tag.familyDeletion:
      case Tag.familySingleDeletion: {
        const plain = tag === Tag.deletion || tag === Tag.singleDeletion;
        const family = plain ? 0 : cursor.varint();
        take(family, { sequence, key: cursor.slice(), value: undefined });
        break;
      }
      default:
        throw damaged(`its log has a change of kind ${tag}, which is not read here`);
    }
    sequence++;
  }
}
