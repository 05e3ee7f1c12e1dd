// What a command works with: the cluster, the clock, the disk, and where its words go.

import { MqError } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/log.js';
import type { TlsSettings } from '../config/tls.js';
import type { ClientOptions } from '../client/instance.js';
import {
  createSession,
  parseNamesrvAddrs,
  type Session,
  type SessionOptions,
} from '../client/session.js';
import { failureOf } from './failure.js';
import type { Access } from './access.js';
import type { Io } from './io.js';
import type { OutputForm } from './profile.js';
import { withProgress } from './progress.js';

export interface Targeting {
  access: Access;
  timeoutMs: number | undefined;
  output: OutputForm;
}

export class Context {
  readonly output: OutputForm;
  readonly namesrvAddrs: readonly string[];
  /** The exit code of what went wrong on the way; the work went on. */
  failed: unknown[] = [];
  private open: Session | undefined;
  private readonly sign: Pick<SessionOptions, 'sign'>;

  static async create(io: Io, targeting: Targeting): Promise<Context> {
    const { account } = targeting.access;
    if (!account) return new Context(io, targeting, {});
    const { signWith } = await import('../protocol/sign.js');
    return new Context(io, targeting, { sign: signWith(account) });
  }

  private constructor(
    readonly io: Io,
    private readonly targeting: Targeting,
    sign: Pick<SessionOptions, 'sign'>,
  ) {
    this.sign = sign;
    this.output = targeting.output;
    this.namesrvAddrs = parseNamesrvAddrs(targeting.access.namesrvAddr);
    for (const address of this.namesrvAddrs) checkAddress(address);
  }

  /** Connected on first use; closed when the command is done. */
  get session(): Session {
    this.open ??= createSession({
      namesrvAddrs: this.namesrvAddrs,
      clock: this.io.clock,
      log: this.log,
      tls: this.tls,
      ...(this.targeting.timeoutMs === undefined ? {} : { timeoutMs: this.targeting.timeoutMs }),
      ...this.sign,
    });
    return this.open;
  }

  /** For producers and consumers of the command's own. */
  get client(): ClientOptions {
    const { log, tls } = this;
    return { namesrvAddr: this.namesrvAddrs, clock: this.io.clock, log, tls, ...this.sign };
  }

  private get tls(): { settings: TlsSettings; files: Io['files'] } {
    return { settings: this.targeting.access.tls, files: this.io.files };
  }

  get log(): Logger {
    return silentLogger;
  }

  /** Prints a part of the result while the work goes on; not when one document is wanted. */
  emit(text: string): void {
    if (this.output !== 'json') this.io.out(text);
  }

  /** A remark for the person at the terminal; never a part of the result. */
  note(text: string): void {
    this.io.err(`${text}\n`);
  }

  /** Something that RocketMQ passes over in silence: the command went on, most likely in vain. */
  warn(text: string): void {
    this.note(`warning: ${text}`);
  }

  /** Part of the work failed, the rest goes on; the command ends with the first one's exit code. */
  fail(error: unknown): void {
    this.failed.push(error);
  }

  progress<T>(text: string, work: () => Promise<T>): Promise<T> {
    return withProgress(this.io, text, work);
  }

  close(): void {
    this.open?.close();
    this.open = undefined;
  }
}

/** Throws unless it is `host:port`. */
export function checkAddress(address: string): void {
  if (/^\[?[^\s/]+\]?:\d{1,5}$/.test(address) && Number(address.split(':').at(-1)) <= 65535) return;
  const text = `'${address}' is no name server address`;
  throw new MqError('USAGE', { text }, { hint: 'write host:port, several separated by ;' });
}

/** The exit code that a list of failures amounts to: unreachable only if nothing else was. */
export const exitOf = (failures: readonly unknown[]): number =>
  failures.length === 0 ? 0 : Math.min(...failures.map((error) => failureOf(error).exit));
