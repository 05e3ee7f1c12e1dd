// Reads the lines of the shell: edited by a person, with history and completion, or piped in.

import type { createInterface as CreateInterface } from 'node:readline';
import type { Io } from '../process/io.js';

export interface Editing {
  prompt: string;
  /** Newest first. */
  history: readonly string[];
  complete(line: string): Promise<[string[], string]>;
}

/** A line; INTERRUPTED after Ctrl-C at the prompt; undefined when there are no more. */
export type Typed = string | typeof INTERRUPTED | undefined;

export const INTERRUPTED = Symbol('Ctrl-C');

export interface LineReader {
  next(editing: Editing): Promise<Typed>;
  close(): void;
}

export async function lineReader(io: Io): Promise<LineReader> {
  const { createInterface } = await import('node:readline');
  if (io.inIsTerminal) {
    // One for each line: between them Ctrl-C is a signal, and commands may ask at the terminal.
    return { next: (editing) => edited(createInterface, io, editing), close: () => undefined };
  }
  const lines = createInterface({ input: io.streams().input });
  const all = lines[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await all.next();
      return done ? undefined : value;
    },
    close: () => lines.close(),
  };
}

function edited(
  createInterface: typeof CreateInterface,
  io: Io,
  { prompt, history, complete }: Editing,
): Promise<Typed> {
  const lines = createInterface({
    ...io.streams(),
    terminal: true,
    history: [...history],
    removeHistoryDuplicates: true,
    prompt,
    completer: (line: string, done: (error: null, found: [string[], string]) => void) => {
      void complete(line).then((found) => done(null, found));
    },
  });
  return new Promise((resolve) => {
    const end = (typed: Typed) => (): void => {
      resolve(typed);
      lines.close();
    };
    lines.once('line', (line) => end(line)());
    lines.once('SIGINT', end(INTERRUPTED));
    lines.once('close', end(undefined));
    lines.prompt();
  });
}
