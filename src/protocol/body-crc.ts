// CRC-32 of a part of a buffer. For short bodies a call out of JavaScript, and the view that it
// needs, cost more than the sum itself: sends and recovery do nothing as often as this.

import { crc32 } from 'node:zlib';

const SHORT_BYTES = 256;
const POLYNOMIAL = 0xedb88320;
/** Eight bytes at a time: the table of a byte, and those of it with one to seven bytes behind. */
const TABLES = makeTables();

/** CRC-32 of the bytes from `from` to `to` as RocketMQ stores it: the sign bit cleared. */
export function crcOfPart(bytes: Buffer, from: number, to: number): number {
  if (to - from > SHORT_BYTES) return crc32(bytes.subarray(from, to)) & 0x7fffffff;
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    crc =
      TABLES[1792 + ((crc ^ bytes[at]) & 255)] ^
      TABLES[1536 + (((crc >>> 8) ^ bytes[at + 1]) & 255)] ^
      TABLES[1280 + (((crc >>> 16) ^ bytes[at + 2]) & 255)] ^
      TABLES[1024 + (((crc >>> 24) ^ bytes[at + 3]) & 255)] ^
      TABLES[768 + bytes[at + 4]] ^
      TABLES[512 + bytes[at + 5]] ^
      TABLES[256 + bytes[at + 6]] ^
      TABLES[bytes[at + 7]];
  }
  for (; at < to; at++) crc = TABLES[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return ~crc & 0x7fffffff;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256];
    tables[at] = tables[before & 255] ^ (before >>> 8);
  }
  return tables;
}
