// What a command works with: the cluster, the clock, the disk, and where its words go.

import { MqError } from '../../base/errors.js';
import { silentLogger, type Logger } from '../../base/log.js';
import type { TlsSettings } from '../../config/tls.js';
import type { ClientOptions } from '../../client/instance.js';
import {
  createSession,
  parseNamesrvAddrs,
  type Session,
  type SessionOptions,
} from '../../client/session.js';
import type { Access } from '../access/access.js';
import type { Io } from '../process/io.js';
import type { DryRun } from './dry-run.js';
import type { OutputForm } from '../access/profile.js';
import { jsonText } from '../output/output.js';
import { Progress } from '../process/progress.js';
import { Stopping } from '../process/stopping.js';

export interface Targeting {
  /** How help calls the command. */
  app: string;
  access: Access;
  timeoutMs: number | undefined;
  maxTimeoutMs: number | undefined;
  /** Of --watch. */
  watchMs?: number | undefined;
  output: OutputForm;
  dryRun: DryRun | undefined;
}

export class Context {
  readonly output: OutputForm;
  readonly namesrvAddrs: readonly string[];
  readonly stopping: Stopping;
  readonly working: Progress;
  /** Whether the result was printed while the work went on, though one document is wanted. */
  streamed = false;
  private failed: unknown[] = [];
  private open: Session | undefined;
  private readonly sign: Pick<SessionOptions, 'sign'>;

  static async create(io: Io, targeting: Targeting): Promise<Context> {
    const { account } = targeting.access;
    const { dryRun } = targeting;
    const own = dryRun ? { ...io, files: dryRun.files(io.files) } : io;
    if (!account) return new Context(own, targeting, {});
    const { signWith } = await import('../../client/account.js');
    return new Context(own, targeting, { sign: signWith(account) });
  }

  private constructor(
    readonly io: Io,
    private readonly targeting: Targeting,
    sign: Pick<SessionOptions, 'sign'>,
  ) {
    this.sign = sign;
    this.output = targeting.output;
    this.stopping = new Stopping(io);
    this.working = new Progress(io, targeting.app);
    this.namesrvAddrs = parseNamesrvAddrs(targeting.access.namesrvAddr);
    for (const address of this.namesrvAddrs) checkAddress(address);
    if (targeting.dryRun) targeting.dryRun.namesrvAddrs = this.namesrvAddrs;
  }

  /** Connected on first use; closed when the command is done. */
  get session(): Session {
    this.open ??= createSession({
      namesrvAddrs: this.namesrvAddrs,
      clock: this.io.clock,
      log: this.log,
      tls: this.tls,
      kept: this.kept,
      ...this.limits,
    });
    return this.open;
  }

  private get kept() {
    const { connections } = this.io;
    const { access, maxTimeoutMs } = this.targeting;
    const key = JSON.stringify([access.account, access.tls, maxTimeoutMs]);
    return connections && { connections, key };
  }

  /** How the cluster is reached, and as whom. */
  get access(): Access {
    return this.targeting.access;
  }

  /** For producers and consumers of the command's own. */
  get client(): ClientOptions {
    const { log, tls, limits } = this;
    return { namesrvAddr: this.namesrvAddrs, clock: this.io.clock, log, tls, ...limits };
  }

  private get limits() {
    const { timeoutMs, maxTimeoutMs, dryRun } = this.targeting;
    const times = timeoutMs === undefined ? { maxTimeoutMs } : { timeoutMs, maxTimeoutMs };
    return { ...times, gate: dryRun?.gate, ...this.sign };
  }

  private get tls(): { settings: TlsSettings; files: Io['files'] } {
    return { settings: this.targeting.access.tls, files: this.io.files };
  }

  get log(): Logger {
    return silentLogger;
  }

  /** Prints a part of the text while the work goes on; not when one document is wanted. */
  emit(text: string): void {
    if (this.output !== 'text' || this.targeting.dryRun) return;
    this.working.stop();
    this.io.out(text);
  }

  /** As `emit`, for what never ends: other forms get a line of JSON for each part. */
  report(text: string, data: unknown): void {
    if (this.output === 'text') return this.emit(text);
    if (this.targeting.dryRun) return;
    this.streamed = true;
    this.io.out(jsonText(data, 0));
  }

  /** Waits; false when the command is to end, as it is after the first round of a dry run. */
  pause(ms: number): Promise<boolean> {
    if (this.targeting.dryRun) return Promise.resolve(false);
    return this.stopping.pause(ms);
  }

  get watchMs(): number | undefined {
    return this.targeting.watchMs;
  }

  /** Whether Ctrl-C was pressed: what there is so far is the result. */
  get stopped(): boolean {
    return this.stopping.stopped;
  }

  /** The next round asks everything anew. */
  startRound(): void {
    this.failed = [];
    this.open?.failures.splice(0);
    this.open?.forget();
  }

  /** What went wrong on the way; the work went on. */
  get failures(): readonly unknown[] {
    return [...this.failed, ...(this.open?.failures ?? [])];
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

  /** Says what takes so long, should it take long. */
  progress<T>(text: string, work: () => Promise<T>): Promise<T> {
    this.working.say(text);
    return work();
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
