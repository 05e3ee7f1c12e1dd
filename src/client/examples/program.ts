// What an example program gets, and how the tools find it by its Java class name.

import type { Clock } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { ReceivedMessage } from '../message.js';
import { messageExtText } from '../java-text.js';

export interface ProgramContext {
  /** Words behind the class name. */
  args: readonly string[];
  namesrvAddr: string | readonly string[];
  clock: Clock;
  log: Logger;
  out(text: string): void;
  err(text: string): void;
  /** Aborted when the program shall end. */
  signal: AbortSignal;
}

export type Program = (context: ProgramContext) => Promise<void>;

/** Options that every client of a program has. */
export const clientOptions = ({ namesrvAddr, clock, log }: ProgramContext) => ({
  namesrvAddr,
  clock,
  log,
});

/** The namespace of RocketMQ's namespace examples goes along with every request. */
export const NAMESPACED = {
  sign: (ext: Record<string, string>) => ({ ...ext, nsd: 'true', ns: 'InstanceTest' }),
} as const;
export const NAMESPACE_TOPIC = 'NAMESPACE_TOPIC';

/** Resolves when the program shall end; until then the process stays alive. */
export function untilStopped({ signal }: ProgramContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** `[MessageExt […], …]` as Java prints a list. */
export function messagesText(messages: readonly ReceivedMessage[]): string {
  return `[${messages.map(messageExtText).join(', ')}]`;
}

/** Values of short options such as `-t topic`; throws USAGE when a required one is missing. */
export function readOptions<K extends string>(
  { args }: ProgramContext,
  usage: string,
  required: readonly K[],
): Record<K, string> & Record<string, string | undefined> {
  const values: Record<string, string | undefined> = {};
  for (let i = 0; i < args.length; i += 2) {
    const name = /^--?(\w+)$/.exec(args[i]!)?.[1];
    if (name === undefined || args[i + 1] === undefined)
      throw new MqError('USAGE', { text: usage });
    values[name] = args[i + 1];
  }
  if (required.some((name) => values[name] === undefined))
    throw new MqError('USAGE', { text: usage });
  return values as Record<K, string> & Record<string, string | undefined>;
}
