// Cuts a byte stream into frames without copying, as long as a frame lies within one chunk.

import { MqError } from '../base/errors.js';

const LENGTH_BYTES = 4;

/** Feeds chunks; `onFrame` gets the bytes behind the length field, a view that it may keep. */
export class FrameReader {
  /** Bytes of a frame that is not complete yet. */
  private parts: Buffer[] = [];
  private have = 0;
  /** Bytes needed before the next frame (or its length) can be cut. */
  private need = LENGTH_BYTES;

  constructor(
    private readonly maxFrameBytes: number,
    private readonly onFrame: (bytes: Buffer) => void,
  ) {}

  /** Throws BAD_FRAME for a length that no frame can have; the stream is lost then. */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.have > 0) {
      this.parts.push(chunk);
      this.have += chunk.length;
      if (this.have < this.need) return;
      bytes = Buffer.concat(this.parts, this.have);
      this.parts = [];
    }
    this.cut(bytes);
  }

  private cut(bytes: Buffer): void {
    let at = 0;
    this.need = LENGTH_BYTES;
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readInt32BE(at);
      if (length < LENGTH_BYTES || length > this.maxFrameBytes) {
        const reason = `a length of ${length} bytes, expected 4 to ${this.maxFrameBytes}`;
        throw new MqError('BAD_FRAME', { reason });
      }
      const end = at + LENGTH_BYTES + length;
      if (end > bytes.length) {
        this.need = LENGTH_BYTES + length;
        break;
      }
      this.onFrame(bytes.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.have = bytes.length - at;
    if (this.have > 0) this.parts = [at === 0 ? bytes : bytes.subarray(at)];
  }
}
