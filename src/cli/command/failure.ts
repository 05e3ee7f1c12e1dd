// What a failed command says on stderr, and its exit code.

import { MqError } from '../../base/errors.js';
import { describeError } from '../../base/log.js';
import type { Io } from '../process/io.js';

export interface Failure {
  message: string;
  hint: string | undefined;
  exit: number;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof MqError) {
    return { message: error.message, hint: error.hint, exit: error.exit };
  }
  return { message: describeError(error), hint: undefined, exit: 1 };
}

/** The exit code of work of which part was done. */
export const exitOf = (failures: readonly unknown[]): number => (failures.length === 0 ? 0 : 1);

/** Prints `error: …` and, where there is one, `hint: …`; a stack trace with DEBUG=pocketmq. */
export async function report(error: unknown, io: Io): Promise<number> {
  const { message, hint, exit } = failureOf(error);
  const paint = await painter(io);
  io.err(`${paint.red('error:')} ${message}\n`);
  if (hint !== undefined) io.err(`${paint.cyan('hint:')} ${hint}\n`);
  if (/(^|,)(pocketmq|\*)/.test(io.env.DEBUG ?? '')) io.err(`${stackOf(error)}\n`);
  return exit;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\nCaused by: ${stackOf(error.cause)}`;
}

interface Painter {
  red(text: string): string;
  cyan(text: string): string;
}

const plain: Painter = { red: (text) => text, cyan: (text) => text };

/** Colours for a person at a terminal; chalk is not even loaded for anyone else. */
async function painter({ env, errIsTerminal }: Io): Promise<Painter> {
  const wanted = errIsTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return wanted ? (await import('chalk')).default : plain;
}
