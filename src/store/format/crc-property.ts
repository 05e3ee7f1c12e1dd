// The property that carries the CRC of a whole record (enabledAppendPropCRC, forceVerifyPropCRC):
// `__CRC32#` 0x01, ten digits of CRC-32 & 0x7fffffff in reverse order, 0x02, at the record's end.

import { crc32 } from 'node:zlib';
import { Property } from '../../protocol/flags.js';
import { withoutProperty } from '../../protocol/properties.js';

const DIGITS = 10;
/** CommitLog.CRC32_RESERVED_LEN. */
export const CRC_PROPERTY_BYTES = Property.CRC32.length + 1 + DIGITS + 1;

/** The properties with room for the CRC at their end. */
export function withCrcRoom(properties: string): string {
  const others = properties.includes(Property.CRC32)
    ? withoutProperty(properties, Property.CRC32)
    : properties;
  const separator = others === '' || others.endsWith('\u0002') ? '' : '\u0002';
  return `${others}${separator}${Property.CRC32}\u0001${'0'.repeat(DIGITS)}\u0002`;
}

/** Writes the digits into a record whose other fields are final. */
export function sealCrc(record: Buffer): void {
  const digits = crcDigits(record);
  record.write(digits, record.length - 1 - DIGITS, DIGITS, 'latin1');
}

/** False for a record without the property or with another CRC. */
export function crcMatches(record: Buffer): boolean {
  const at = record.length - CRC_PROPERTY_BYTES;
  if (at < 0) return false;
  const name = record.toString('latin1', at, at + Property.CRC32.length);
  const digits = record.toString('latin1', record.length - 1 - DIGITS, record.length - 1);
  return name === Property.CRC32 && digits === crcDigits(record);
}

function crcDigits(record: Buffer): string {
  const crc = crc32(record.subarray(0, record.length - CRC_PROPERTY_BYTES)) & 0x7fffffff;
  return [...String(crc)].reverse().join('').padEnd(DIGITS, '0');
}
