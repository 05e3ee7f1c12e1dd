// Reads LZ4 frames, in which Java clients may compress bodies (lz4-java's LZ4FrameInputStream).
//
//   magic u32 | flags u8 | block size u8 | [content size u64] | [dictionary u32] | check u8
//   blocks: size u32 (top bit: stored as it is), bytes, [check u32]; size 0 ends | [check u32]

import { MqError } from '../base/errors.js';

const MAGIC = 0x184d2204;
const Flag = { CONTENT_CHECK: 0x04, CONTENT_SIZE: 0x08, BLOCK_CHECK: 0x10, DICTIONARY: 0x01 };
const STORED = 0x80000000;
const MIN_MATCH = 4;

/** The bytes of a whole frame. Throws BAD_FRAME for anything else, or more than `maxBytes`. */
export function decompressLz4(frame: Buffer, maxBytes: number): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw bad('no frame');
  const flags = frame.readUInt8(4);
  if ((flags & Flag.DICTIONARY) !== 0) throw bad('a dictionary is needed');
  const out = new Output(maxBytes);
  let at = 6 + ((flags & Flag.CONTENT_SIZE) !== 0 ? 8 : 0) + 1;
  for (;;) {
    if (at + 4 > frame.length) throw bad('no end mark');
    const word = frame.readUInt32LE(at);
    at += 4;
    if (word === 0) return out.bytes();
    const size = word % STORED;
    if (at + size > frame.length) throw bad('a cut block');
    const block = frame.subarray(at, at + size);
    if (word >= STORED) out.append(block, 0, size);
    else expand(block, out);
    at += size + ((flags & Flag.BLOCK_CHECK) !== 0 ? 4 : 0);
  }
}

/** The bytes of one block without a frame, at most `maxBytes`. */
export function decompressLz4Block(block: Buffer, maxBytes: number): Buffer {
  const out = new Output(maxBytes);
  expand(block, out);
  return out.bytes();
}

/** Runs of literals, each but the last followed by a copy of bytes that came before. */
function expand(block: Buffer, out: Output): void {
  let at = 0;
  const lengthFrom = (start: number): number => {
    let length = start;
    if (start !== 15) return length;
    for (;;) {
      const more = block[at++];
      if (more === undefined) throw bad('a cut length');
      length += more;
      if (more !== 255) return length;
    }
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length) throw bad('cut literals');
    out.append(block, at, literals);
    at += literals;
    if (at === block.length) return;
    if (at + 2 > block.length) throw bad('a cut offset');
    const offset = block.readUInt16LE(at);
    at += 2;
    out.repeat(offset, lengthFrom(token & 15) + MIN_MATCH);
  }
}

class Output {
  private buffer = Buffer.allocUnsafe(4096);
  private length = 0;

  constructor(private readonly maxBytes: number) {}

  append(from: Buffer, at: number, count: number): void {
    this.reserve(count);
    from.copy(this.buffer, this.length, at, at + count);
    this.length += count;
  }

  /** Copies bytes that may overlap what they make. */
  repeat(offset: number, count: number): void {
    if (offset === 0 || offset > this.length) throw bad('an offset before the start');
    this.reserve(count);
    const { buffer } = this;
    for (let i = 0; i < count; i++, this.length++) {
      buffer[this.length] = buffer[this.length - offset]!;
    }
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.maxBytes) throw bad(`more than ${this.maxBytes} bytes`);
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

function bad(reason: string): MqError {
  return new MqError('BAD_FRAME', { reason: `an LZ4 body: ${reason}` });
}
