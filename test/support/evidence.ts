// What the servers of a failed test said is shown with its error: CI keeps nothing else of them.

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext } from 'node:test';
import type { Logger } from '../../src/base/log.js';

const LINES = 25;
const LINE_CHARACTERS = 400;
/** Soon before a file is ended. */
const LONG_MS = 580_000;

export interface Witness {
  /** What it knows of the last moments; empty for nothing. */
  tell(): string;
  /** Whether it has ended; it is heard until the next test begins. */
  over(): boolean;
  /** Where it writes log files. */
  readonly logs?: string | undefined;
}

const witnesses = new Set<Witness>();

/** It is heard when a test fails. */
export function callWitness(witness: Witness): void {
  witnesses.add(witness);
}

/** What all of them tell now. */
export function testimony(): string {
  const told = [...witnesses].map((witness) => witness.tell()).filter((text) => text !== '');
  const folders = new Set([...witnesses].flatMap(({ logs }) => (logs ? [logs] : [])));
  return [...told, ...[...folders].flatMap(logTails)].join('\n');
}

/** The last lines, none of them endless. */
export const lastLines = (lines: readonly string[], count = LINES): string[] =>
  lines.slice(-count).map((line) => line.slice(0, LINE_CHARACTERS));

const TAIL_BYTES = 64 * 1024;
const ALARMS = 12;
const LATEST = 3;

function tailOf(path: string): string[] {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(TAIL_BYTES);
    const from = Math.max(0, fstatSync(file).size - TAIL_BYTES);
    const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, TAIL_BYTES, from));
    return text.split('\n').filter((line) => line.trim() !== '');
  } finally {
    closeSync(file);
  }
}

/** Of each log file below: the last warnings and errors, and the last lines of all. */
export function logTails(folder: string): string[] {
  const found = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return found.map(String).flatMap((name) => {
    if (!name.endsWith('.log')) return [];
    const lines = tailOf(join(folder, name));
    const alarms = lines.filter((line) => / (WARN|ERROR) /.test(line)).slice(-ALARMS);
    const shown = [...new Set([...alarms, ...lines.slice(-LATEST)])];
    return lines.length > 0 ? [`${name}:`, ...lastLines(shown)] : [];
  });
}

/** Keeps the last lines of a server in this process. */
export class KeptLog implements Logger, Witness {
  private readonly lines: string[] = [];
  private ended = false;

  constructor(private readonly name: string) {
    callWitness(this);
  }

  debug(): void {}

  info(text: string): void {
    this.keep('INFO', text);
  }

  warn(text: string, cause?: unknown): void {
    this.keep('WARN', text, cause);
  }

  error(text: string, cause?: unknown): void {
    this.keep('ERROR', text, cause);
  }

  child(): Logger {
    return this;
  }

  /** Its server has stopped. */
  end(): void {
    this.ended = true;
  }

  tell(): string {
    if (this.lines.length === 0) return '';
    return [`${this.name} logged:`, ...lastLines(this.lines)].join('\n');
  }

  over(): boolean {
    return this.ended;
  }

  private keep(level: string, text: string, cause?: unknown): void {
    const time = new Date().toISOString().slice(11, 23);
    const more = cause instanceof Error ? `: ${cause.message}` : '';
    this.lines.push(`${time} ${level} ${text}${more}`);
    if (this.lines.length > 2 * LINES) this.lines.splice(0, LINES);
  }
}

/** Adds it to what is printed of the error, there and in the list at the end. */
function show(t: TestContext): void {
  const told = testimony();
  const { error } = t as TestContext & { error?: Error | null };
  const cause = error?.cause instanceof Error ? error.cause : undefined;
  if (!told) return;
  if (cause) cause.stack = `${cause.stack}\n${told}`;
  else console.error(told);
}

// Benchmarks use the same servers, without tests.
if (process.env.NODE_TEST_CONTEXT) {
  beforeEach(() => {
    for (const witness of witnesses) if (witness.over()) witnesses.delete(witness);
  });
  // A file that hangs is ended (scripts/test.mjs says when), and what it says then is not heard.
  const say = (): void => console.error(`this file takes very long:\n${testimony()}`);
  setTimeout(say, LONG_MS).unref();
  process.once('SIGTERM', () => process.exit(143)); // its own children end as it exits
  afterEach((t) => {
    const { passed } = t as TestContext & { passed?: boolean };
    if (passed === false) show(t as TestContext);
  });
}
