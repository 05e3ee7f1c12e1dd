// A peer that sends frames as a test wants them, of any version, and sees whole answers.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  decodeFrame,
  encodeFrameHeader,
  type Frame,
  FrameFlag,
  isResponse,
} from '../../src/protocol/frame.js';
import type { ExtFields } from '../../src/protocol/fields.js';
import { FrameReader } from '../../src/remoting/frame-reader.js';

export interface RawRequest {
  code: number;
  ext?: ExtFields;
  body?: Buffer;
  version?: number;
  oneway?: boolean;
}

export class RawPeer {
  /** Requests that the other side has sent. */
  readonly received: Frame[] = [];
  private readonly waiting = new Map<number, (frame: Frame) => void>();
  private opaque = 0;

  private constructor(private readonly socket: Socket) {
    const reader = new FrameReader(1 << 24, (bytes) => this.take(decodeFrame(bytes)));
    socket.on('data', (chunk) => reader.push(chunk));
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
  }

  static async connect(address: string): Promise<RawPeer> {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  request({ code, ext, body, version, oneway }: RawRequest): Promise<Frame> {
    const opaque = ++this.opaque;
    const flag = oneway ? FrameFlag.ONEWAY : FrameFlag.REQUEST;
    const fields = { code, opaque, flag, ...(ext && { ext }), ...(version && { version }) };
    this.socket.write(encodeFrameHeader(fields, body?.length ?? 0));
    if (body) this.socket.write(body);
    return new Promise((resolve) => this.waiting.set(opaque, resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  private take(frame: Frame): void {
    if (!isResponse(frame)) {
      this.received.push(frame);
      return;
    }
    this.waiting.get(frame.opaque)?.(frame);
    this.waiting.delete(frame.opaque);
  }
}
