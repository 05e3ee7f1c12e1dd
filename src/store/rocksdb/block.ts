// A block of an .sst file: what it was before it was compressed, and its entries, whose keys leave
// out what they share with the key before (table/format.h, table/block_based/block.cc).

import * as zlib from 'node:zlib';
import { decompressLz4Block } from '../../protocol/lz4.js';
import { Cursor, damaged } from './cursor.js';

export interface Handle {
  offset: number;
  size: number;
}

/** Behind every block: how it is compressed, and a checksum. */
export const TRAILER_BYTES = 5;
const MAX_BLOCK_BYTES = 256 * 1024 * 1024;
/** The top bit of the number of restarts says that a hash index stands before it. */
const HAS_HASH_INDEX = 0x8000_0000;

const Compression = { none: 0, zlib: 2, lz4: 4, lz4hc: 5, zstd: 7 } as const;

export function readHandle(cursor: Cursor): Handle {
  return { offset: cursor.varint(), size: cursor.varint() };
}

export function readBlock(file: Buffer, { offset, size }: Handle): Buffer {
  if (offset + size + TRAILER_BYTES > file.length) throw damaged('a block leaves the file');
  const raw = file.subarray(offset, offset + size);
  const kind = file.readUInt8(offset + size);
  if (kind === Compression.none) return raw;
  // format version 2 and later: the size comes first
  const cursor = new Cursor(raw);
  const length = cursor.varint();
  if (length > MAX_BLOCK_BYTES) throw damaged('a block that is too large');
  const packed = raw.subarray(cursor.at);
  switch (kind) {
    case Compression.zlib:
      return zlib.inflateRawSync(packed, { maxOutputLength: length });
    case Compression.lz4:
    case Compression.lz4hc:
      return decompressLz4Block(packed, length);
    case Compression.zstd:
      return unzstd(packed, length);
    default:
      throw damaged(`a block is compressed in a way (${kind}) that is not read here`);
  }
}

function unzstd(packed: Buffer, length: number): Buffer {
  const { zstdDecompressSync } = zlib as {
    zstdDecompressSync?: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;
  };
  if (!zstdDecompressSync) throw damaged('Zstandard needs Node.js 22.15 or later');
  return zstdDecompressSync(packed, { maxOutputLength: length });
}

/** Where the entries of a block end and its list of restarts begins. */
function entriesEnd(block: Buffer): number {
  if (block.length < 4) throw damaged('a block is too short');
  const word = block.readUInt32LE(block.length - 4);
  if (word >= HAS_HASH_INDEX) throw damaged('a block has a hash index');
  const end = block.length - 4 - word * 4;
  if (end < 0) throw damaged('a block has more restarts than bytes');
  return end;
}

export function* blockEntries(block: Buffer): IterableIterator<{ key: Buffer; value: Buffer }> {
  const cursor = new Cursor(block, 0, entriesEnd(block));
  let key: Buffer = Buffer.alloc(0);
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    const own = cursor.varint();
    const length = cursor.varint();
    key = Buffer.concat([key.subarray(0, shared), cursor.take(own)]);
    yield { key, value: cursor.take(length) };
  }
}

/** The blocks that an index names; with `deltas` a handle may go on from the one before. */
export function* indexHandles(index: Buffer, deltas: boolean): IterableIterator<Handle> {
  if (!deltas) {
    for (const { value } of blockEntries(index)) yield readHandle(new Cursor(value));
    return;
  }
  const cursor = new Cursor(index, 0, entriesEnd(index));
  let before: Handle | undefined;
  while (!cursor.atEnd) {
    const shared = cursor.varint();
    cursor.take(cursor.varint());
    if (shared > 0 && before) {
      const offset = before.offset + before.size + TRAILER_BYTES;
      before = { offset, size: before.size + cursor.signedVarint() };
    } else before = readHandle(cursor);
    yield before;
  }
}
