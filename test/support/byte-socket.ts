// A bare socket for tests that send bytes which no codec would make.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decodeFrame, type Frame } from '../../src/protocol/frame.js';
import { FrameReader } from '../../src/remoting/frame-reader.js';

export class ByteSocket {
  readonly frames: Frame[] = [];
  private readonly waiting = new Set<() => void>();
  private over = false;

  private constructor(private readonly socket: Socket) {
    const reader = new FrameReader(1 << 24, (bytes) => this.frames.push(decodeFrame(bytes)));
    socket.on('data', (chunk) => {
      reader.push(chunk);
      this.wake();
    });
    socket.on('error', () => undefined); // a reset is a way to be closed
    socket.on('close', () => {
      this.over = true;
      this.wake();
    });
  }

  static async connect(address: string): Promise<ByteSocket> {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new ByteSocket(socket);
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The next frame that nobody has asked for yet, or 'closed'. */
  async next(): Promise<Frame | 'closed'> {
    while (this.frames.length === 0) {
      if (this.over) return 'closed';
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
    return this.frames.shift()!;
  }

  close(): void {
    this.socket.destroy();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
