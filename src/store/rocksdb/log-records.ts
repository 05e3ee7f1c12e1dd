// The records of a RocksDB log: MANIFEST and write-ahead log (db/log_format.h). Blocks of 32 KB
// hold pieces of records; what is torn or damaged is left out, as RocketMQ's stores have it
// (WALRecoveryMode.SkipAnyCorruptedRecords).
//
//   piece: crc u32, masked | length u16 | type u8 | [log number u32, types 5 to 8] | bytes

const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;
/** kRecyclableFullType … kRecyclableLastType carry the number of their log. */
const FIRST_RECYCLABLE = 5;
const LAST_RECYCLABLE = 8;
const MASK_DELTA = 0xa282ead8;

const Piece = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** `logNumber` tells records of a file that was used before. */
export function* logRecords(bytes: Buffer, logNumber?: number): IterableIterator<Buffer> {
  let parts: Buffer[] | undefined;
  for (const { type, data, number } of pieces(bytes)) {
    if (number !== undefined && logNumber !== undefined && number !== logNumber % 2 ** 32) return;
    if (type === Piece.full) {
      parts = undefined;
      yield data;
    } else if (type === Piece.first) {
      parts = [data];
    } else if (parts && type === Piece.middle) {
      parts.push(data);
    } else if (parts && type === Piece.last) {
      yield Buffer.concat([...parts, data]);
      parts = undefined;
    } else {
      parts = undefined; // a piece of a record whose begin is lost, or of another kind
    }
  }
}

interface FoundPiece {
  type: number;
  data: Buffer;
  number: number | undefined;
}

function* pieces(bytes: Buffer): IterableIterator<FoundPiece> {
  for (let block = 0; block < bytes.length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, bytes.length);
    for (let at = block; at + HEADER_BYTES <= end;) {
      const length = bytes.readUInt16LE(at + 4);
      const type = bytes.readUInt8(at + 6);
      if (type === 0 && length === 0) break; // the rest of the block was never written
      const recyclable = type >= FIRST_RECYCLABLE && type <= LAST_RECYCLABLE;
      const dataAt = at + HEADER_BYTES + (recyclable ? 4 : 0);
      const next = dataAt + length;
      if (next > end) break; // torn: the length cannot be trusted
      const covered = bytes.subarray(at + 6, next);
      if (unmasked(bytes.readUInt32LE(at)) === crc32c(covered)) {
        const number = recyclable ? bytes.readUInt32LE(at + HEADER_BYTES) : undefined;
        const plain = recyclable ? type - FIRST_RECYCLABLE + 1 : type;
        yield { type: plain, data: bytes.subarray(dataAt, next), number };
      } else {
        yield { type: 0, data: Buffer.alloc(0), number: undefined };
      }
      at = next;
    }
  }
}

/** crc32c::Unmask: a CRC of bytes that hold CRCs would be weak. */
function unmasked(masked: number): number {
  const rotated = (masked - MASK_DELTA) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
