// An .sst file of the block-based format, read as a whole (table/format.h). RocketMQ writes format
// version 5 with an index of one level.
//
//   blocks | meta blocks | metaindex | index | footer: checksum kind u8, handles of both,
//   filled up to 41 bytes, version u32, magic u64

import { blockEntries, indexHandles, readBlock, readHandle } from './block.js';
import { Cursor, damaged } from './cursor.js';
import type { Version } from './write-batch.js';

const FOOTER_BYTES = 53;
const MAGIC = 0x88e241b785f4cff7n;
const OLDEST_VERSION = 2;
const NEWEST_VERSION = 5;
/** The sequence number and kind behind every key. */
const KEY_TRAILER_BYTES = 8;
/** ValueType: deletion, value, single deletion. */
const DELETIONS: readonly number[] = [0, 7];
const VALUE = 1;

export function* tableVersions(file: Buffer): IterableIterator<Version> {
  if (file.length < FOOTER_BYTES) throw damaged('it is too short');
  const footer = file.subarray(file.length - FOOTER_BYTES);
  if (footer.readBigUInt64LE(FOOTER_BYTES - 8) !== MAGIC) throw damaged('it is no .sst file');
  const version = footer.readUInt32LE(FOOTER_BYTES - 12);
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
    throw damaged(`its format version ${version} is not read here`);
  }
  const cursor = new Cursor(footer, 1);
  const meta = readMeta(file, readBlock(file, readHandle(cursor)));
  const index = readBlock(file, readHandle(cursor));
  for (const handle of indexHandles(index, meta.deltas)) {
    for (const { key, value } of blockEntries(readBlock(file, handle))) {
      yield versionOf(key, value);
    }
  }
}

function versionOf(internal: Buffer, value: Buffer): Version {
  const at = internal.length - KEY_TRAILER_BYTES;
  if (at < 0) throw damaged('a key is too short');
  const kind = internal.readUInt8(at);
  const sequence = internal.readUInt32LE(at + 1) + internal.readUIntLE(at + 5, 3) * 2 ** 32;
  const key = internal.subarray(0, at);
  if (DELETIONS.includes(kind)) return { sequence, key, value: undefined };
  if (kind !== VALUE) throw damaged(`a value of kind ${kind} is not read here`);
  return { sequence, key, value };
}

/** From the metaindex: what has to be known to read the rest. */
function readMeta(file: Buffer, metaindex: Buffer): { deltas: boolean } {
  let deltas = false;
  for (const { key, value } of blockEntries(metaindex)) {
    const name = key.toString();
    const block = (): Buffer => readBlock(file, readHandle(new Cursor(value)));
    if (name === 'rocksdb.properties') deltas = readProperties(block());
    if (name === 'rocksdb.range_del' && !blockEntries(block()).next().done) {
      throw damaged('deletions of ranges are not read here');
    }
  }
  return { deltas };
}

/** Whether the index leaves parts of its handles out. */
function readProperties(block: Buffer): boolean {
  let deltas = false;
  for (const { key, value } of blockEntries(block)) {
    const name = key.toString();
    if (name === 'rocksdb.index.value.is.delta.encoded') {
      deltas = new Cursor(value).varint() !== 0;
    }
    if (
      name === 'rocksdb.block.based.table.index.type' &&
      ![0, 3].includes(value.readUInt32LE(0))
    ) {
      throw damaged('an index of several levels is not read here');
    }
  }
  return deltas;
}
