// The commands that there are, for main() and for commands that run or describe others.

import type { Io } from '../process/io.js';
import type { Options } from '../flags/options.js';
import type { Effect } from '../command/own-options.js';

export interface Description {
  options: Options;
  effect: Effect | undefined;
}

/** Where commands come from: oclif in the product, the sources in tests. Ids are `mqadmin:x`. */
export interface Commands {
  /** The one-line summaries by id. */
  summaries(): Promise<ReadonlyMap<string, string>>;
  usageText(id: string): Promise<string>;
  describe(id: string): Promise<Description>;
  /** Runs a command to its exit code. */
  run(id: string, argv: string[]): Promise<number>;
  /** The same commands with another Io. */
  within(io: Io): Promise<Commands>;
  readonly version: string;
}

const offered = new WeakMap<Io, Commands>();

export function offerCommands(io: Io, commands: Commands): void {
  offered.set(io, commands);
}

export function commandsOf(io: Io): Commands {
  const commands = offered.get(io);
  if (!commands) throw new Error('a command was run without main()');
  return commands;
}
