// The newest queue offset of every key, in memory of a bounded size (CompactionLog.OffsetMap): keys
// stand as hashes that do not collide, 24 bytes each.

import { createHash } from 'node:crypto';
import { readInt64, writeInt64 } from '../../protocol/message.js';

const HASH_BYTES = 16;
const ENTRY_BYTES = HASH_BYTES + 8;
const MIN_KEYS = 100;
/** Of the slots, so that looking for a free one stays short. */
const MAX_LOAD = 0.8;
const FIRST_SLOTS = 1024;

export class OffsetMap {
  /** Of the message that was put last; later ones are not known here. */
  lastOffset = -1;
  private readonly maxKeys: number;
  private slots: number;
  private entries: Buffer;
  private keys = 0;

  /** `memoryBytes` bounds the keys as in RocketMQ, which takes all of it at once. */
  constructor(memoryBytes: number) {
    this.maxKeys = Math.max(Math.floor(memoryBytes / ENTRY_BYTES), MIN_KEYS);
    this.slots = FIRST_SLOTS;
    this.entries = Buffer.alloc(this.slots * ENTRY_BYTES);
  }

  /** False when no more keys fit: the message is not noted. */
  put(key: string, offset: number): boolean {
    const hash = hashOf(key);
    let at = this.find(hash);
    if (this.isFree(at)) {
      if (this.keys >= this.maxKeys) return false;
      if (this.keys + 1 > this.slots * MAX_LOAD) {
        this.grow();
        at = this.find(hash);
      }
      hash.copy(this.entries, at, 0, HASH_BYTES);
      this.keys++;
    }
    writeInt64(this.entries, offset + 1, at + HASH_BYTES);
    this.lastOffset = offset;
    return true;
  }

  /** -1 for a key that was not put. */
  get(key: string): number {
    return readInt64(this.entries, this.find(hashOf(key)) + HASH_BYTES) - 1;
  }

  /** Where the key stands, or the free slot for it. */
  private find(hash: Buffer): number {
    const { entries, slots } = this;
    for (let slot = hash.readUInt32BE(0) % slots; ; slot = (slot + 1) % slots) {
      const at = slot * ENTRY_BYTES;
      if (this.isFree(at) || hash.compare(entries, at, at + HASH_BYTES, 0, HASH_BYTES) === 0) {
        return at;
      }
    }
  }

  /** Offsets are kept one higher, so that 0 is free. */
  private isFree(at: number): boolean {
    return readInt64(this.entries, at + HASH_BYTES) === 0;
  }

  private grow(): void {
    const { entries } = this;
    this.slots *= 2;
    this.entries = Buffer.alloc(this.slots * ENTRY_BYTES);
    for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
      if (readInt64(entries, at + HASH_BYTES) === 0) continue;
      const entry = entries.subarray(at, at + ENTRY_BYTES);
      entry.copy(this.entries, this.find(entry.subarray(0, HASH_BYTES)));
    }
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
