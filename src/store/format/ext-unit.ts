// What a consume queue's entry has no room for (ConsumeQueueExt.CqExtUnit): its tagsCode is then
// the address of such a unit, the offset in the files of `consumequeue_ext` less 2^63.
//
//   0  size i16            of the unit; <= 0: nothing more in this file
//   2  tagsCode i64
//  10  storeTimestamp i64
//  18  bitMapSize i16
//  20  bitMap              the filters that the message passes, a bloom filter of their groups

import { readInt64, writeInt64 } from '../../protocol/message.js';

export const EXT_UNIT_BYTES = 20;
/** CqExtUnit.MAX_EXT_UNIT_SIZE. */
export const MAX_EXT_UNIT_BYTES = 0x7fff;
/** Bytes that every file keeps free for the mark of its end (END_BLANK_DATA_LENGTH). */
export const EXT_END_BYTES = 4;

const LOWEST = -(2n ** 63n);
/** ConsumeQueueExt.MAX_ADDR: tags codes are hashes, so none is as low as an address. */
const MAX_ADDRESS = -(2n ** 31n) - 1n;
const TWO_32 = 2 ** 32;

export interface ExtUnit {
  size: number;
  tagsCode: bigint;
  storeTimestamp: number;
  bitMap: Buffer | undefined;
}

export const isExtAddress = (tagsCode: bigint): boolean => tagsCode <= MAX_ADDRESS;

export const extOffset = (address: bigint): number => Number(address - LOWEST);

/** Makes the tags code of the entry at `at` the address of `offset`. */
export function writeExtAddress(unit: Buffer, at: number, offset: number): void {
  unit.writeUInt32BE(0x80000000 + Math.floor(offset / TWO_32), at + 12);
  unit.writeUInt32BE(offset % TWO_32, at + 16);
}

export function encodeExtUnit(tagsCode: number, storeTimestamp: number, bitMap?: Buffer): Buffer {
  const bits = bitMap && bitMap.length <= MAX_EXT_UNIT_BYTES - EXT_UNIT_BYTES ? bitMap : undefined;
  const out = Buffer.alloc(EXT_UNIT_BYTES + (bits?.length ?? 0));
  out.writeInt16BE(out.length, 0);
  writeInt64(out, tagsCode, 2);
  writeInt64(out, storeTimestamp, 10);
  out.writeInt16BE(bits?.length ?? 0, 18);
  bits?.copy(out, EXT_UNIT_BYTES);
  return out;
}

/** Undefined when no whole unit begins at `at`. */
export function decodeExtUnit(bytes: Buffer, at: number): ExtUnit | undefined {
  if (at + EXT_UNIT_BYTES > bytes.length) return undefined;
  const size = bytes.readInt16BE(at);
  const bits = bytes.readInt16BE(at + 18);
  if (size < EXT_UNIT_BYTES || at + size > bytes.length || EXT_UNIT_BYTES + bits > size) {
    return undefined;
  }
  const from = at + EXT_UNIT_BYTES;
  return {
    size,
    tagsCode: bytes.readBigInt64BE(at + 2),
    storeTimestamp: readInt64(bytes, at + 10),
    bitMap: bits > 0 ? bytes.subarray(from, from + bits) : undefined,
  };
}
