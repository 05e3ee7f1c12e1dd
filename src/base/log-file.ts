// A log file that rolls by size into `otherdays/<name>.<n>.log.gz`, as RocketMQ's do.

import * as fs from 'node:fs';
import { join } from 'node:path';
import { createStream } from 'rotating-file-stream';
import type { RotatingFileStream } from 'rotating-file-stream';
import type { Clock } from './clock.js';
import { MqError } from './errors.js';
import { describeError } from './log.js';
import type { Logger } from './log.js';
import { logLine } from './log-line.js';
import type { LogLevel } from './log-line.js';
import { makeDirectory } from './make-directory.js';

export interface LogFileOptions {
  /** `<user home>/logs/rocketmqlogs` */
  directory: string;
  /** `broker` for broker.log. */
  name: string;
  clock: Clock;
  /** The file rolls when it reaches this size. */
  maxBytes?: number;
  /** Rolled files that are kept. */
  keep?: number;
  /** Lines below it are not written. */
  level?: LogLevel;
  /** Sees every line as well: the terminal of `--verbose`, a test. */
  mirror?: (line: string, level: LogLevel) => void;
  /** Told once when the file cannot be written; lines are lost until it can again. */
  onTrouble?: (problem: string) => void;
}

const RANK: Readonly<Record<LogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2, ERROR: 3 };

/** Lines that wait for the disk take at most this much memory; more are dropped and counted. */
const WAITING_BYTES = 16 * 2 ** 20;

/** After a failure the file is tried again at the first line after this time. */
const RETRY_MS = 10_000;

export class LogFile {
  readonly log: Logger;
  readonly path: string;
  private stream: RotatingFileStream | undefined;
  private failedAt: number | undefined;
  private dropped = 0;
  /** Lines of this turn of the event loop: they go out in one write. */
  private gathered = '';
  private closed = false;
  private readonly options: LogFileOptions;
  private readonly lowest: number;

  /** Throws DIRECTORY_UNWRITABLE when the file cannot be written. */
  constructor(options: LogFileOptions) {
    this.options = options;
    this.lowest = RANK[options.level ?? 'INFO'];
    this.path = join(options.directory, `${options.name}.log`);
    try {
      makeDirectory(join(options.directory, 'otherdays'));
      fs.closeSync(fs.openSync(this.path, 'a'));
    } catch (error) {
      const details = { path: this.path, reason: describeError(error) };
      throw new MqError('DIRECTORY_UNWRITABLE', details, { cause: error });
    }
    this.log = this.logger('main');
  }

  /** Resolves when every line is with the system. */
  async close(): Promise<void> {
    this.flush();
    this.closed = true;
    const stream = this.stream;
    this.stream = undefined;
    if (!stream) return;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.end(() => resolve());
    });
  }

  private logger(name: string): Logger {
    const at =
      (level: LogLevel) =>
      (text: string, cause?: unknown): void =>
        this.write(level, name, cause === undefined ? text : `${text}: ${traceOf(cause, level)}`);
    return {
      debug: at('DEBUG'),
      info: at('INFO'),
      warn: at('WARN'),
      error: at('ERROR'),
      child: (childName) => this.logger(childName),
    };
  }

  private write(level: LogLevel, name: string, text: string): void {
    if (RANK[level] < this.lowest || this.closed) return;
    const now = this.options.clock.now();
    const line = logLine(now, level, name, text);
    this.options.mirror?.(line, level);
    if (this.gathered === '') setImmediate(() => this.flush());
    this.gathered += `${line}\n`;
  }

  private flush(): void {
    const lines = this.gathered;
    this.gathered = '';
    if (lines === '' || this.closed) return;
    const now = this.options.clock.now();
    const stream = this.usable(now);
    if (!stream || stream.writableLength > WAITING_BYTES) {
      this.dropped += lines.split('\n').length - 1;
      return;
    }
    if (this.dropped > 0) {
      stream.write(`${logLine(now, 'WARN', 'log', `${this.dropped} lines were lost here`)}\n`);
      this.dropped = 0;
    }
    stream.write(lines);
  }

  private usable(now: number): RotatingFileStream | undefined {
    if (this.stream) return this.stream;
    if (this.failedAt !== undefined && now - this.failedAt < RETRY_MS) return undefined;
    const { directory, name, maxBytes = 128 * 2 ** 20, keep = 10 } = this.options;
    const stream = createStream(nameOf(name), {
      path: directory,
      size: `${Math.max(1, Math.ceil(maxBytes / 1024))}K`,
      rotate: keep,
      compress: 'gzip',
    });
    stream.on('error', (error) => this.failed(stream, error));
    stream.on('warning', (error) => this.options.onTrouble?.(describeError(error)));
    this.stream = stream;
    return stream;
  }

  private failed(stream: RotatingFileStream, error: Error): void {
    if (this.stream !== stream) return;
    this.stream = undefined;
    if (this.failedAt === undefined) {
      this.options.onTrouble?.(`cannot write to ${this.path}: ${describeError(error)}`);
    }
    this.failedAt = this.options.clock.now();
  }
}

/** Index 0 and null are the file in use. */
function nameOf(name: string): (time: number | Date, index?: number) => string {
  return (index) => (index ? `otherdays/${name}.${String(index)}.log.gz` : `${name}.log`);
}

/** Errors nobody expected come with their stack; coded ones say all in their message. */
function traceOf(cause: unknown, level: LogLevel): string {
  const expected = level !== 'ERROR' || !(cause instanceof Error) || cause.name === 'MqError';
  return expected ? describeError(cause) : (cause.stack ?? describeError(cause));
}
