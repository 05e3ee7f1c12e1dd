// Reads the pieces that all files of RocksDB are made of: little-endian numbers, varints of seven
// bits a byte, and bytes behind their length (util/coding.h).

import { MqError } from '../../base/errors.js';

export class Cursor {
  constructor(
    readonly bytes: Buffer,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    return this.bytes.readUInt8(this.step(1));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.step(4));
  }

  /** Exact for sequence and file numbers, which stay below 2^53. */
  u64(): number {
    const at = this.step(8);
    return this.bytes.readUInt32LE(at + 4) * 0x1_0000_0000 + this.bytes.readUInt32LE(at);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      if (factor > 2 ** 56) throw damaged('a number that is too long');
    }
  }

  /** A varint with the sign in its lowest bit. */
  signedVarint(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  take(length: number): Buffer {
    const at = this.step(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Bytes behind their length. */
  slice(): Buffer {
    return this.take(this.varint());
  }

  private step(length: number): number {
    const { at } = this;
    if (at + length > this.end) throw damaged('it ends too soon');
    this.at += length;
    return at;
  }
}

/** `path` is put in place by whoever knows it. */
export const damaged = (reason: string): MqError =>
  new MqError('STORE_UNREADABLE', { path: '', reason });
