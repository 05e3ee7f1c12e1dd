// Writes the logs of a RocksDB, as its source describes them: what the reader is given in tests.

const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;

export type Change =
  { put: [key: string, value: string]; family?: number } | { remove: string; family?: number };

/** Records cut into pieces, each with its CRC. */
export function logFile(records: readonly Buffer[]): Buffer {
  const out: Buffer[] = [];
  let length = 0;
  const push = (bytes: Buffer): void => {
    out.push(bytes);
    length += bytes.length;
  };
  for (const record of records) {
    let at = 0;
    do {
      const left = BLOCK_BYTES - (length % BLOCK_BYTES);
      if (left < HEADER_BYTES) {
        push(Buffer.alloc(left));
        continue;
      }
      const piece = record.subarray(at, at + left - HEADER_BYTES);
      const first = at === 0;
      at += piece.length;
      const last = at === record.length;
      push(pieceOf(piece, first ? (last ? 1 : 2) : last ? 4 : 3));
    } while (at < record.length);
  }
  return Buffer.concat(out);
}

/** A write batch whose first change has this sequence number. */
export function batch(sequence: number, changes: readonly Change[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(sequence, 0);
  head.writeUInt32LE(changes.length, 8);
  return Buffer.concat([head, ...changes.flatMap(changeOf)]);
}

/** A version edit that adds a column family, or names a log. */
export function edit(fields: { family?: number; add?: string; logNumber?: number }): Buffer {
  const parts: Buffer[] = [];
  if (fields.family !== undefined) parts.push(varint(200), varint(fields.family));
  if (fields.add !== undefined) parts.push(varint(201), slice(fields.add));
  if (fields.logNumber !== undefined) parts.push(varint(2), varint(fields.logNumber));
  return Buffer.concat(parts);
}

function changeOf(change: Change): Buffer[] {
  const { family } = change;
  const where = family === undefined ? [] : [varint(family)];
  if ('put' in change) {
    const [key, value] = change.put;
    return [Buffer.from([family === undefined ? 1 : 5]), ...where, slice(key), slice(value)];
  }
  return [Buffer.from([family === undefined ? 0 : 4]), ...where, slice(change.remove)];
}

function slice(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function pieceOf(data: Buffer, type: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16LE(data.length, 4);
  head.writeUInt8(type, 6);
  const crc = crc32c(Buffer.concat([head.subarray(6), data]));
  head.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 0);
  return Buffer.concat([head, data]);
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
