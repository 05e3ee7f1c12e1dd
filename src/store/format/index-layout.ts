// Layout of an index file (IndexFile, IndexHeader): a hash table from keys to commitlog offsets.
//
//  header   0 beginTimestamp i64   8 endTimestamp i64   16 beginPhyOffset i64   24 endPhyOffset i64
//          32 hashSlotCount i32   36 indexCount i32 (the next free entry; 1 in an empty file)
//  slots   40 + 4 * slot: number of the newest entry of the chain, 0 for none
//  entries 40 + 4 * maxHashSlotNum + 20 * number: keyHash i32, phyOffset i64,
//          seconds since beginTimestamp i32, previous entry of the chain i32. Number 0 is not used.

import { setInt64 } from '../../base/bytes.js';
import { readInt64, writeInt64 } from '../../protocol/message.js';
import { hashCode } from '../../protocol/properties.js';

export const INDEX_HEADER_BYTES = 40;
export const SLOT_BYTES = 4;
export const ENTRY_BYTES = 20;

export interface IndexHeader {
  beginTimestamp: number;
  endTimestamp: number;
  beginPhyOffset: number;
  endPhyOffset: number;
  hashSlotCount: number;
  indexCount: number;
}

export interface IndexEntry {
  keyHash: number;
  physicalOffset: number;
  timeDiffSeconds: number;
  previous: number;
}

export function emptyHeader(): IndexHeader {
  return {
    beginTimestamp: 0,
    endTimestamp: 0,
    beginPhyOffset: 0,
    endPhyOffset: 0,
    hashSlotCount: 0,
    indexCount: 1,
  };
}

export function encodeHeader(header: IndexHeader): Buffer {
  const out = Buffer.alloc(INDEX_HEADER_BYTES);
  writeInt64(out, header.beginTimestamp, 0);
  writeInt64(out, header.endTimestamp, 8);
  writeInt64(out, header.beginPhyOffset, 16);
  writeInt64(out, header.endPhyOffset, 24);
  out.writeInt32BE(header.hashSlotCount, 32);
  out.writeInt32BE(header.indexCount, 36);
  return out;
}

export function decodeHeader(bytes: Buffer): IndexHeader {
  return {
    beginTimestamp: readInt64(bytes, 0),
    endTimestamp: readInt64(bytes, 8),
    beginPhyOffset: readInt64(bytes, 16),
    endPhyOffset: readInt64(bytes, 24),
    hashSlotCount: bytes.readInt32BE(32),
    // IndexHeader.load: a file that was created and never written counts from 1
    indexCount: Math.max(1, bytes.readInt32BE(36)),
  };
}

export function writeEntry(out: DataView, at: number, entry: IndexEntry): void {
  out.setInt32(at, entry.keyHash);
  setInt64(out, at + 4, entry.physicalOffset);
  out.setInt32(at + 12, entry.timeDiffSeconds);
  out.setInt32(at + 16, entry.previous);
}

export function readEntry(bytes: Buffer, at: number): IndexEntry {
  return {
    keyHash: bytes.readInt32BE(at),
    physicalOffset: readInt64(bytes, at + 4),
    timeDiffSeconds: bytes.readInt32BE(at + 12),
    previous: bytes.readInt32BE(at + 16),
  };
}

/** indexKeyHashMethod: the absolute value, and 0 for the one that has none. */
export function positiveHash(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash);
}

/** Of a message's key or, behind `T#`, of its tag. */
export const indexKeyHash = (topic: string, key: string): number =>
  positiveHash(hashCode(`${topic}#${key}`));

export function indexFileBytes(slots: number, entries: number): number {
  return INDEX_HEADER_BYTES + slots * SLOT_BYTES + entries * ENTRY_BYTES;
}

/** Name of an index file: the local time at which it was begun, yyyyMMddHHmmssSSS. */
export function indexFileName(timestamp: number): string {
  const t = new Date(timestamp);
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    String(t.getFullYear()).padStart(4, '0') +
    two(t.getMonth() + 1) +
    two(t.getDate()) +
    two(t.getHours()) +
    two(t.getMinutes()) +
    two(t.getSeconds()) +
    String(t.getMilliseconds()).padStart(3, '0')
  );
}

/** Files are in the order of their names, which RocketMQ reads as numbers. */
export const INDEX_FILE_NAME = /^\d{17,19}$/;

/** A name between two, if there is one: the time of the one before and two digits more. */
export function indexNameBetween(
  before: string | undefined,
  behind: string | undefined,
): string | undefined {
  const first = before ?? String(BigInt(behind ?? 1) - 1n).padStart(17, '0');
  const name = first.length <= 17 ? `${first}00` : String(BigInt(first) + 1n).padStart(19, '0');
  return behind === undefined || name < behind ? name : undefined;
}
