// A TCP proxy that treats bytes as a bad network would: late, in small pieces, not at all, or with
// one side of a connection gone while the other believes in it.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Ending } from './temp.js';

/** flow: passes on. stall: no longer read, so that the sender's buffers fill. drop: thrown away. */
export type Passage = 'flow' | 'stall' | 'drop';

export interface ProxyOptions {
  /** Where it listens; any free port of 127.0.0.1 by default. */
  host?: string;
  port?: number;
}

interface Pipe {
  client: Socket;
  target: Socket;
}

export class TcpProxy {
  /** From the one who connects, and to it. */
  up: Passage = 'flow';
  down: Passage = 'flow';
  /** Every chunk waits so long, ms. */
  delayMs = 0;
  /** Chunks are cut into pieces of at most so many bytes; 0: as they come. */
  pieceBytes = 0;
  /** New connections are closed at once. */
  refusing = false;
  /** Bytes passed on so far. */
  passed = { up: 0, down: 0 };
  /** Connections taken so far. */
  accepted = 0;
  private readonly pipes = new Set<Pipe>();

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Passes on to `target` (`host:port`); it ends with `ending`. */
  static async start(ending: Ending, target: string, options: ProxyOptions = {}) {
    const at = target.lastIndexOf(':');
    const place = { host: target.slice(0, at), port: Number(target.slice(at + 1)) };
    const server = createServer();
    const proxy = new TcpProxy(server, place);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    ending.after(() => proxy.close());
    return proxy;
  }

  get address(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  get connections(): number {
    return this.pipes.size;
  }

  /** Nothing passes any more, and nobody is told. */
  partition(): void {
    this.set('stall', 'stall');
  }

  /** All passes again, with what was held back. */
  heal(): void {
    this.refusing = false;
    this.set('flow', 'flow');
  }

  set(up: Passage, down: Passage): void {
    this.up = up;
    this.down = down;
    for (const pipe of this.pipes) this.apply(pipe);
  }

  /** Resets all connections, on both sides. */
  cut(): void {
    for (const { client, target } of this.pipes) {
      client.resetAndDestroy();
      target.resetAndDestroy();
    }
  }

  /** One side of every connection is gone; the other side is not told and is read no more. */
  halfOpen(gone: 'client' | 'target'): void {
    for (const pipe of this.pipes) {
      const [dead, alive] =
        gone === 'client' ? [pipe.client, pipe.target] : [pipe.target, pipe.client];
      this.pipes.delete(pipe);
      dead.resetAndDestroy();
      alive.removeAllListeners('data');
      alive.pause();
      alive.on('error', () => undefined);
      this.orphans.add(alive);
      alive.on('close', () => this.orphans.delete(alive));
    }
  }

  private readonly orphans = new Set<Socket>();

  private async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const { client, target } of this.pipes) {
      client.destroy();
      target.destroy();
    }
    for (const socket of this.orphans) socket.destroy();
    await closed;
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    this.accepted++;
    const pipe: Pipe = { client, target: connect(this.target) };
    this.pipes.add(pipe);
    this.join(pipe, 'up', client, pipe.target);
    this.join(pipe, 'down', pipe.target, client);
    this.apply(pipe);
  }

  private join(pipe: Pipe, way: 'up' | 'down', from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (chunk) => this.take(chunk, way, from, to));
    from.on('error', () => undefined);
    from.on('close', () => {
      // Held back with the bytes: a partition tells nobody that the other side has gone.
      if (!this.pipes.has(pipe)) return;
      this.pipes.delete(pipe);
      if (this[way] === 'flow') this.later(() => to.destroy());
      else this.orphans.add(to);
    });
    to.on('drain', () => this.apply(pipe));
  }

  private take(chunk: Buffer, way: 'up' | 'down', from: Socket, to: Socket): void {
    if (this[way] === 'drop') return;
    const step = this.pieceBytes || chunk.length;
    for (let at = 0; at < chunk.length; at += step) {
      const piece = chunk.subarray(at, at + step);
      this.later(() => {
        this.passed[way] += piece.length;
        if (!to.destroyed && !to.write(piece)) from.pause();
      });
    }
  }

  private later(work: () => void): void {
    if (this.delayMs === 0) work();
    else setTimeout(work, this.delayMs);
  }

  private apply({ client, target }: Pipe): void {
    const set = (from: Socket, to: Socket, passage: Passage): void => {
      if (passage === 'stall' || to.writableNeedDrain) from.pause();
      else from.resume();
    };
    set(client, target, this.up);
    set(target, client, this.down);
  }
}
