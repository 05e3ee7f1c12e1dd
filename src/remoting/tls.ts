// TLS beside plain connections on one port: the first byte tells which it is (TlsModeHandler).

import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.js';
import { describeError, type Logger } from '../base/log.js';
import { DEFAULT_TLS, type TlsSettings } from '../config/tls.js';
import type { Tls, TlsHandshakes } from './tls-context.js';

export type { Tls } from './tls-context.js';

/** First byte of a TLS handshake; as a frame's length it would be over 350 MB. */
const HANDSHAKE = 0x16;

export interface TlsAcceptorOptions {
  tls: Tls | undefined;
  clock: Clock;
  log: Logger;
  /** A peer that can be spoken to. */
  onSocket: (socket: Socket) => void;
}

export class TlsAcceptor {
  /** Sockets that have said nothing yet, or are shaking hands, by the peer's address. */
  private readonly waiting = new Map<string, { socket: Socket; since: number }>();
  private readonly settings: TlsSettings;
  private handshakes: Promise<TlsHandshakes> | undefined;

  constructor(private readonly options: TlsAcceptorOptions) {
    this.settings = options.tls?.settings ?? DEFAULT_TLS;
  }

  /** Throws CONFIG_INVALID for keys that cannot be used. */
  async check(): Promise<void> {
    if (this.settings.mode !== 'disabled' && !this.settings.testMode) await this.loaded();
  }

  accept(socket: Socket): void {
    const peer = addressOf(socket);
    this.waiting.set(peer, { socket, since: this.options.clock.monotonic() });
    socket.on('close', () => this.waiting.delete(peer));
    socket.on('error', (error) => this.options.log.debug(describeError(error)));
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === HANDSHAKE) this.shakeHands(socket);
      else this.takePlain(socket);
    });
  }

  closeIdle(idleMs: number): void {
    const now = this.options.clock.monotonic();
    for (const { socket, since } of this.waiting.values()) {
      if (now - since >= idleMs) socket.destroy();
    }
  }

  close(): void {
    for (const { socket } of this.waiting.values()) socket.destroy();
  }

  private takePlain(socket: Socket): void {
    if (this.settings.mode === 'enforcing') {
      this.refuse(socket, 'a plain connection while this server takes TLS only');
      return;
    }
    this.take(socket);
    socket.resume();
  }

  private take(socket: Socket): void {
    this.waiting.delete(addressOf(socket));
    this.options.onSocket(socket);
  }

  private shakeHands(socket: Socket): void {
    if (this.settings.mode === 'disabled') {
      this.refuse(socket, 'a TLS connection while TLS is disabled');
      return;
    }
    this.loaded().then(
      (handshakes) => handshakes.start(socket),
      (error: unknown) => this.refuse(socket, describeError(error)),
    );
  }

  private loaded(): Promise<TlsHandshakes> {
    return (this.handshakes ??= this.load());
  }

  private async load(): Promise<TlsHandshakes> {
    const { TlsHandshakes: Handshakes } = await import('./tls-context.js');
    return new Handshakes({ ...this.options, onSocket: (socket) => this.take(socket) });
  }

  private refuse(socket: Socket, reason: string): void {
    this.options.log.warn(`closing ${socket.remoteAddress ?? 'a socket'}: ${reason}`);
    socket.destroy();
  }
}

const addressOf = (socket: Socket): string =>
  `${socket.remoteAddress} ${socket.remotePort} ${socket.localPort}`;
