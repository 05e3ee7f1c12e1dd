// What a command declares: its options, its action, its rows and texts.

import type { Context } from './context.js';
import type { Options, Values } from '../flags/options.js';
import type { Table } from '../output/output.js';
import type { Effect } from './own-options.js';
import type { Shape } from './shape.js';

export interface CommandSpec<O extends Options, R> {
  /** One line, as in RocketMQ's list of commands. */
  summary: string;
  /** What it does; every command of mqadmin says so. */
  effect?: Effect;
  /** What is lost: completes "This …", the question on a terminal before it `destroys`. */
  loss?(flags: Values<O>): string;
  /** The option that holds the seconds after which it is to be done again, as often as wanted. */
  every?: keyof O & string;
  /** Runs long: after Ctrl-C it ends soon, with what it has. */
  stoppable?: boolean;
  /** Repeats by itself, with `ctx.pause`, until it is ended. */
  endless?: boolean;
  /** What --json prints. */
  shape?: Shape;
  /** A sentence for docs/commands.md: where it is other than in RocketMQ on purpose. */
  differs?: string;
  options: O;
  oneOf?: readonly (readonly (keyof O & string)[])[];
  /** Help shows `oneOf` as RocketMQ does, but giving none of them has a meaning here. */
  oneOfMayLack?: boolean;
  /** At least one of these must be given; RocketMQ says so only by printing its usage. */
  anyOf?: readonly (keyof O & string)[];
  /** How help calls it, where that is not its id. */
  app?: string;
  /** Reads no profile: what it does must work with a broken one too. */
  withoutProfile?: boolean;
  /** Asks no name server: there is no -n. */
  offline?: boolean;
  /** Whether words that belong to no option are used (`key=value`). */
  words?: boolean;
  /** Whether every word is the action's own, what looks like an option too. */
  rawWords?: boolean;
  run(ctx: Context, flags: Values<O>, words: readonly string[]): Promise<R>;
  /** RocketMQ's text; without it the command has printed by `ctx.emit`. */
  text?(result: R, flags: Values<O>): string;
  table?(result: R, flags: Values<O>): Table;
  /** The exit code that the result means, where that can be another than 0. */
  exit?(result: R): number;
  /** What --json prints where that is not the result itself. */
  json?(result: R, flags: Values<O>): unknown;
}
