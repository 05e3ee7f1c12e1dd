// One socket that speaks frames, for either side: answers, requests of our own, back-pressure.

import type { Socket } from 'node:net';
import type { Clock, Timer } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import { describeError, type Logger } from '../base/log.js';
import type { ExtFields } from '../protocol/fields.js';
import {
  decodeFrame,
  encodeFrameHeader,
  type Frame,
  type FrameFields,
  FrameFlag,
  isResponse,
  type SerializeType,
} from '../protocol/frame.js';
import { scanFrame } from '../protocol/frame-scan.js';
import { addressBytes, type Host } from '../protocol/host.js';
import { type Req, requestCodec, type RequestName, REQUESTS } from '../protocol/requests/index.js';
import type { ScanPlan } from '../protocol/scan-plan.js';
import { FrameReader } from './frame-reader.js';
import type { Limits } from './limits.js';
import { sendBuffers } from './send-buffers.js';

export interface ConnectionOptions {
  clock: Clock;
  log: Logger;
  limits: Limits;
  /** Header serialization of our own requests; answers follow the request. */
  serialize: SerializeType;
  onRequest: (connection: Connection, frame: Frame) => void;
  /** How the headers of the requests that are served here are read. */
  planOf: (code: number) => ScanPlan | undefined;
  /** Adds fields to our own requests, as ACL signing does. */
  sign?: ((ext: ExtFields, body: Buffer | undefined) => ExtFields) | undefined;
}

export interface Response extends Pick<FrameFields, 'code' | 'remark' | 'typed' | 'ext'> {
  body: Buffer | readonly Buffer[] | undefined;
  /** Called when the memory of the body may be used again. */
  sent: (() => void) | undefined;
}

interface Waiter {
  name: RequestName;
  resolve: (frame: Frame) => void;
  reject: (error: MqError) => void;
  timer: Timer;
}

let lastId = 0;

export class Connection {
  readonly id = ++lastId;
  /** `ip:port` of the peer. */
  readonly remote: string;
  readonly local: string;
  /** Time of the last bytes from the peer (Clock.monotonic). */
  lastActive: number;
  closed = false;
  /** What the servers know of this peer (client id, groups, …), by a name of theirs. */
  readonly attributes = new Map<string, unknown>();

  private readonly waiters = new Map<number, Waiter>();
  private readonly closeListeners = new Set<() => void>();
  private out: Buffer[] = [];
  /** Who lends the memory of `out`. */
  private sent: (() => void)[] = [];
  private flushing = false;
  private inFlight = 0;
  private paused = false;
  private opaque = 0;
  private hostOfRemote: Host | undefined;
  private readonly reader: FrameReader;

  constructor(
    private readonly socket: Socket,
    private readonly options: ConnectionOptions,
  ) {
    this.remote = addressText(socket.remoteAddress, socket.remotePort);
    this.local = addressText(socket.localAddress, socket.localPort);
    this.lastActive = options.clock.monotonic();
    this.reader = new FrameReader(options.limits.maxFrameBytes, (bytes) => this.take(bytes));
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('drain', () => this.applyPressure());
    socket.on('error', (error) => options.log.debug(`${this.remote}: ${describeError(error)}`));
    socket.on('close', () => this.closeNow());
  }

  /** The peer's address in the form that message records hold. */
  get host(): Host {
    return (this.hostOfRemote ??= {
      address: addressBytes(this.socket.remoteAddress ?? '') ?? Buffer.alloc(4),
      port: this.socket.remotePort ?? 0,
    });
  }

  /** Sends a request and resolves with the answer's frame, whatever its code. */
  request<N extends RequestName>(
    name: N,
    header: Req<N>,
    options: { body?: Buffer; ext?: ExtFields; timeoutMs: number },
  ): Promise<Frame> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(this.closedError(name));
      const { timeoutMs } = options;
      const opaque = this.sendRequest(name, header, FrameFlag.REQUEST, options);
      const timer = this.options.clock.after(timeoutMs, () => {
        this.waiters.delete(opaque);
        const details = { address: this.remote, request: name, timeoutMs };
        reject(new MqError('REQUEST_TIMEOUT', details));
      });
      this.waiters.set(opaque, { name, resolve, reject, timer });
    });
  }

  /** Sends a request that is never answered; a closed connection drops it. */
  oneway<N extends RequestName>(name: N, header: Req<N>, body?: Buffer): void {
    if (!this.closed) this.sendRequest(name, header, FrameFlag.ONEWAY, body ? { body } : {});
  }

  sendResponse({ opaque, serialize }: Frame, response: Response): void {
    const { code, remark, typed, ext, body, sent } = response;
    if (sent) this.sent.push(sent);
    this.send({ code, opaque, flag: FrameFlag.RESPONSE, remark, typed, ext, serialize }, body);
  }

  /** Calls `listener` once, when the connection has closed (at once if it has). */
  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.closeListeners.add(listener);
  }

  /** Sends what is queued, then closes; a peer that does not take it is cut after `graceMs`. */
  close(graceMs = 0): void {
    if (this.closed) return;
    this.flush();
    if (graceMs === 0 || this.socket.writableLength === 0) this.socket.destroySoon();
    else this.socket.end();
    if (graceMs > 0) this.options.clock.after(graceMs, () => this.socket.destroy());
  }

  /** Closes at once: nobody is given this connection any more. */
  abandon(): void {
    this.socket.destroy();
    this.closeNow();
  }

  callStarted(): void {
    this.inFlight++;
    if (this.inFlight >= this.options.limits.maxInFlight) this.applyPressure();
  }

  callEnded(): void {
    this.inFlight--;
    if (this.paused) this.applyPressure();
  }

  /** Requests of the peer that are not answered yet. */
  get callsUnderWay(): number {
    return this.inFlight;
  }

  private sendRequest<N extends RequestName>(
    name: N,
    header: Req<N>,
    flag: number,
    options: { body?: Buffer; ext?: ExtFields },
  ): number {
    this.opaque = (this.opaque + 1) & 0x7fffffff;
    const ext = requestCodec(name).encode(header);
    const { code } = REQUESTS[name];
    const { serialize, sign } = this.options;
    if (options.ext) Object.assign(ext, options.ext);
    const signed = sign ? sign(ext, options.body) : ext;
    this.send({ code, opaque: this.opaque, flag, ext: signed, serialize }, options.body);
    return this.opaque;
  }

  private send(fields: FrameFields, body: Buffer | readonly Buffer[] | undefined): void {
    if (this.closed) return;
    if (body === undefined) {
      this.out.push(encodeFrameHeader(fields, 0));
    } else if (Buffer.isBuffer(body)) {
      this.out.push(encodeFrameHeader(fields, body.length), body);
    } else {
      let bodyBytes = 0;
      for (const part of body) bodyBytes += part.length;
      this.out.push(encodeFrameHeader(fields, bodyBytes));
      for (const part of body) this.out.push(part);
    }
    if (this.flushing) return;
    this.flushing = true;
    process.nextTick(flushConnection, this);
  }

  /** One socket write for all that the current turn of the event loop has produced. */
  flush(): void {
    this.flushing = false;
    if (this.out.length === 0 || this.closed) return;
    const buffers = this.out;
    this.out = [];
    if (sendBuffers(this.socket, buffers)) for (const sent of this.sent) sent();
    if (this.sent.length > 0) this.sent = [];
    if (this.socket.writableLength > this.options.limits.highWaterBytes) this.applyPressure();
  }

  private receive(chunk: Buffer): void {
    this.lastActive = this.options.clock.monotonic();
    try {
      this.reader.push(chunk);
    } catch (error) {
      this.options.log.warn(`closing ${this.remote}: ${describeError(error)}`);
      this.socket.destroy();
    }
  }

  private take(bytes: Buffer): void {
    const frame = scanFrame(bytes, this.options.planOf) ?? decodeFrame(bytes);
    if (!isResponse(frame)) {
      this.options.onRequest(this, frame);
      return;
    }
    const waiter = this.waiters.get(frame.opaque);
    if (!waiter) return; // the answer came after its time-out
    this.waiters.delete(frame.opaque);
    waiter.timer.stop();
    waiter.resolve(frame);
  }

  private applyPressure(): void {
    const { highWaterBytes, maxInFlight, maxUnsentBytes } = this.options.limits;
    const unsent = this.socket.writableLength;
    if (unsent > maxUnsentBytes) {
      this.options.log.warn(`closing ${this.remote}: it does not read, ${unsent} bytes wait`);
      this.socket.destroy();
      return;
    }
    const tooMuch = unsent > highWaterBytes || this.inFlight >= maxInFlight;
    if (tooMuch === this.paused) return;
    this.paused = tooMuch;
    if (tooMuch) this.socket.pause();
    else this.socket.resume();
  }

  private closeNow(): void {
    if (this.closed) return;
    this.closed = true;
    this.out = [];
    for (const waiter of this.waiters.values()) {
      waiter.timer.stop();
      waiter.reject(this.closedError(waiter.name));
    }
    this.waiters.clear();
    for (const listener of this.closeListeners) listener();
    this.closeListeners.clear();
  }

  private closedError(request: RequestName): MqError {
    return new MqError('CONNECTION_CLOSED', { address: this.remote, request });
  }
}

function flushConnection(connection: Connection): void {
  connection.flush();
}

/** `ip:port`; IPv4 mapped into IPv6 is shown as IPv4, IPv6 without brackets as in Java. */
function addressText(address: string | undefined, port: number | undefined): string {
  return `${(address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')}:${port ?? 0}`;
}
