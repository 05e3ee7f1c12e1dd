// What a command sees of the process it runs in; tests put their own in its place.

import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Connections } from '../../client/connections.js';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** What the person at the terminal answers; '' when the input has ended. */
  ask(question: string): Promise<string>;
  /** The input, and where a person's typing is shown. */
  streams(): { input: NodeJS.ReadableStream; output: NodeJS.WritableStream };
  /** Where connections stay open from one command to the next; else each has its own. */
  readonly connections?: Connections;
  /** Whether a person looks at it. */
  readonly outIsTerminal: boolean;
  /** How many columns the terminal has. */
  readonly outColumns?: number;
  readonly errIsTerminal: boolean;
  readonly inIsTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly cwd: string;
  /** The package: where its conf/ is. */
  readonly root: string;
  readonly pid: number;
  readonly platform: string;
  readonly clock: Clock;
  readonly files: FileSystem;
  /** Calls `fn` when the process is asked to end; until the returned function is called. */
  onSignal(fn: (signal: string) => void): () => void;
  /** Calls `fn` with an error that nobody caught; until the returned function is called. */
  onCrash(fn: (error: unknown) => void): () => void;
  /** Sends a signal; false when there is no such process. Signal 0 only asks. */
  kill(pid: number, signal: 'SIGTERM' | 0): boolean;
}

const bound = new WeakMap<object, Io>();

/** Ties an Io to the oclif configuration that commands are made with. */
export function bindIo(config: object, io: Io): void {
  bound.set(config, io);
}

export function ioOf(config: object): Io {
  const io = bound.get(config);
  if (!io) throw new Error('a command was made without main()');
  return io;
}
