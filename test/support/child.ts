// A child process of a test: its lines as they come, its end, and no process left behind.

import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callWitness, lastLines } from './evidence.js';

export interface ChildOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What messages call it. */
  name?: string;
}

const STDERR_TAIL = 4000;
/** A virtual machine that ends in order on a busy machine; what is killed earlier leaves a crash. */
const TERM_GRACE_MS = 60_000;
const BOOT_MS = 300_000;

const alive = new Set<ChildProcess>();
process.on('exit', () => alive.forEach((child) => child.kill('SIGKILL')));

export class Child {
  readonly lines: string[] = [];
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly name: string;
  private readonly process: ChildProcess;
  private readonly listeners = new Set<(line: string) => void>();
  private stderr = '';
  private end: string | undefined;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.name = options.name ?? command;
    const env = { ...process.env, ...options.env };
    this.process = spawn(command, args, { cwd: options.cwd, env, stdio: 'pipe' });
    alive.add(this.process);
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.take(line));
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_TAIL);
    });
    this.process.stdin!.on('error', () => undefined); // it ended first: `ended` tells
    this.ended = new Promise((resolve) => {
      this.process.on('error', (error) => (this.stderr += error.message));
      this.process.on('close', (code, signal) => {
        alive.delete(this.process);
        this.end = `ended with ${signal ?? code}`;
        resolve(signal ?? code ?? -1);
      });
    });
    const home = options.env?.ROCKETMQ_HOME;
    callWitness({
      tell: () => this.describe(),
      over: () => this.end !== undefined,
      logs: home && join(home, 'logs'),
    });
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  write(text: string): void {
    this.process.stdin!.write(text);
  }

  /** Calls `listener` with what comes on stdout, as it comes. */
  onText(listener: (text: string) => void): void {
    this.process.stdout!.on('data', (chunk: Buffer) => listener(chunk.toString()));
  }

  /** Calls `listener` for each line of stdout from now on; returns how to stop that. */
  onLine(listener: (line: string) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The first line, past or coming, that matches. Fails when the process ends before it. */
  async line(pattern: RegExp, timeoutMs = BOOT_MS): Promise<string> {
    const past = this.lines.find((line) => pattern.test(line));
    if (past !== undefined) return past;
    const wait = new AbortController();
    const found = new Promise<string>((resolve) => {
      const stop = this.onLine((line) => {
        if (!pattern.test(line)) return;
        stop();
        resolve(line);
      });
    });
    const late = timeout(timeoutMs, wait.signal);
    const first = await Promise.race([found, late, this.ended.then(() => undefined)]);
    wait.abort();
    assert.ok(first !== undefined, `${this.describe()}, no line matched ${String(pattern)}`);
    return first;
  }

  /** Ends it as an administrator would, and by force if it does not. */
  async stop(): Promise<number | NodeJS.Signals> {
    if (this.end) return this.ended;
    this.process.kill('SIGTERM');
    const wait = new AbortController();
    const late = timeout(TERM_GRACE_MS, wait.signal).then(() => this.process.kill('SIGKILL'));
    await Promise.race([this.ended, late]);
    wait.abort();
    return this.ended;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  /** Ends its stdin and waits for it to go by itself. */
  async finish(): Promise<number | NodeJS.Signals> {
    this.process.stdin!.end();
    return this.ended;
  }

  describe(): string {
    const tail = lastLines(this.lines, 5).join('\n');
    // what logback says of its own configuration
    const stderr = this.stderr.replaceAll(/^.*\|-INFO in .*\n/gm, '');
    return `${this.name} ${this.end ?? 'runs'}; it wrote:\n${tail}\n${stderr}`;
  }

  private take(line: string): void {
    this.lines.push(line);
    for (const listener of this.listeners) listener(line);
  }
}

/** Runs a command to its end; fails unless it ends with 0. */
export async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<string> {
  const child = new Child(command, args, options);
  const end = await child.finish();
  assert.equal(end, 0, child.describe());
  return child.lines.join('\n');
}

/** Resolves with undefined after `ms`, or never once aborted. */
function timeout(ms: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

/** True when `command` can be started at all. */
export async function canRun(command: string, ...args: string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  const started = once(child, 'spawn').then(
    () => true,
    () => false,
  );
  if (!(await started)) return false;
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}
