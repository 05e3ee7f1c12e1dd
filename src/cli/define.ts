// Turns what a command declares (options, action, text) into an oclif command.

import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { MqError } from '../base/errors.js';
import { nearest } from '../config/nearest.js';
import { missing, parseArgv, type Parsed, usage } from './argv.js';
import { ACCESS, accessOf } from './access.js';
import { Context, exitOf } from './context.js';
import { report } from './failure.js';
import { type Io, ioOf } from './io.js';
import {
  HELP,
  int,
  NAMESRV,
  option,
  type Option,
  type Options,
  spelled,
  toggle,
  type Values,
} from './options.js';
import { jsonText, type Table, tableOf, tableText } from './output.js';
import { OUTPUTS, type OutputForm } from './profile.js';
import { loadProfile, type Profile } from './profiles.js';
import { type OneOf, usageText } from './usage.js';

/** Options that every command has beside RocketMQ's; its help does not list them. */
const OWN = {
  json: toggle(undefined, 'print one JSON document'),
  output: option(undefined, 'text, table or json'),
  timeout: int(undefined, 'milliseconds that one request may take'),
  profile: option(undefined, 'named profile that says where and who (mqadmin profile)'),
  ...ACCESS,
};

export interface CommandSpec<O extends Options, R> {
  /** One line, as in RocketMQ's list of commands. */
  summary: string;
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
  /** What --json prints where that is not the result itself. */
  json?(result: R, flags: Values<O>): unknown;
}

/** A command as main() uses it: the class that oclif loads, and what help needs. */
export interface CommandClass {
  new (argv: string[], config: Config): Command;
  id: string;
  readonly summary?: string;
  readonly options: Options;
  readonly oneOf: OneOf;
  usageText(id: string): string;
}

export function command<const O extends Options, R>(spec: CommandSpec<O, R>) {
  const own = spec.offline || 'namesrvAddr' in spec.options;
  const common = own ? {} : { namesrvAddr: NAMESRV };
  const options: Options = { help: HELP, ...common, ...spec.options };
  const oneOf: OneOf = spec.oneOf ?? [];
  const appName = (id: string): string => spec.app ?? id.replaceAll(':', ' ');
  return class Declared extends Command {
    static override summary = spec.summary;
    static override strict = false;
    static readonly options = options;
    static readonly oneOf = oneOf;
    /** False for a command that only says that it is not served. */
    static readonly served = !idle.has(spec.run);

    /** The text of `help <command>`. */
    static usageText(id: string): string {
      return usageText(appName(id), options, oneOf);
    }

    async run(): Promise<number> {
      this.parsed = true;
      const app = appName(this.id ?? '');
      return execute(spec, { app, argv: this.argv, options, oneOf, io: ioOf(this.config) });
    }
  };
}

interface Invocation {
  app: string;
  argv: readonly string[];
  options: Options;
  oneOf: OneOf;
  io: Io;
}

async function execute<O extends Options, R>(
  spec: CommandSpec<O, R>,
  call: Invocation,
): Promise<number> {
  const { io, options, oneOf, app } = call;
  const help = (): string => usageText(app, options, oneOf);
  let parsed: Parsed;
  try {
    parsed = parsedWords(spec.rawWords ?? false, call);
    if (parsed.values.has('help')) {
      io.out(help());
      return 0;
    }
    const lacking =
      missing(parsed, options, oneOf, spec.oneOfMayLack) ??
      (spec.anyOf && missing(parsed, options, [spec.anyOf]));
    if (lacking) throw lacking;
  } catch (error) {
    // RocketMQ prints the usage with the error; one document, or a mistyped dash, needs none.
    const wanted = error instanceof MqError && error.code === 'USAGE';
    if (wanted && !call.argv.includes('--json')) io.out(help());
    throw error;
  }
  const flags = valuesOf(parsed, options) as Values<O>;
  if (!spec.words && !spec.rawWords)
    for (const word of parsed.rest) io.err(unusedWord(word, options));
  return perform(spec, await contextOf(spec, parsed, io), flags, parsed.rest);
}

function parsedWords(raw: boolean, { argv, options, oneOf }: Invocation): Parsed {
  const asksHelp = argv[0] === '-h' || argv[0] === '--help';
  if (raw && !asksHelp) return { values: new Map(), rest: argv };
  return parseArgv(argv, { ...options, ...OWN }, oneOf);
}

async function contextOf(
  { withoutProfile }: { withoutProfile?: boolean },
  parsed: Parsed,
  io: Io,
): Promise<Context> {
  const own = valuesOf(parsed, OWN) as Values<typeof OWN>;
  const profile: Profile = withoutProfile ? {} : await loadProfile(io, own.profile);
  const asked = own.json ? 'json' : own.output;
  const output = OUTPUTS.find((form) => form === (asked ?? profile.output ?? 'text'));
  if (!output) throw usage(`--output is '${asked}'; it can be ${OUTPUTS.join(', ')}`);
  const namesrvAddr = parsed.values.get('namesrvAddr') as string | undefined;
  const access = accessOf(io, profile, { ...own, namesrvAddr });
  return Context.create(io, { access, timeoutMs: own.timeout ?? profile.timeoutMs, output });
}

async function perform<O extends Options, R>(
  spec: CommandSpec<O, R>,
  ctx: Context,
  flags: Values<O>,
  words: readonly string[],
): Promise<number> {
  try {
    const result = await spec.run(ctx, flags, words);
    ctx.io.out(await resultText(spec, ctx, result, flags));
    for (const error of ctx.failed) await report(error, ctx.io);
    return exitOf(ctx.failed);
  } finally {
    ctx.close();
  }
}

async function resultText<O extends Options, R>(
  spec: CommandSpec<O, R>,
  { output, io }: { output: OutputForm; io: Io },
  result: R,
  flags: Values<O>,
): Promise<string> {
  if (output === 'json') return jsonText(spec.json ? spec.json(result, flags) : result);
  if (output === 'table' && spec.text) {
    const plain = spec.json ? spec.json(result, flags) : result;
    const table = spec.table?.(result, flags) ?? tableOf(plain);
    if (table) return tableText(table, io);
  }
  return spec.text?.(result, flags) ?? '';
}

function valuesOf({ values }: Parsed, options: Options): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, one]) => [name, typed(name, one, values.get(name))]),
  );
}

function typed(name: string, one: Option, given: string | true | undefined): unknown {
  if (one.kind === 'switch') return given === true;
  if (typeof given !== 'string') return undefined;
  const text = given.trim();
  if (one.kind === 'int') {
    const number = Number(text);
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
    throw usage(`${spelled(name, one)} is '${given}'; it must be a whole number`, one.describe);
  }
  if (one.kind === 'bool') {
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
    throw usage(`${spelled(name, one)} is '${given}'; it must be true or false`, one.describe);
  }
  return name === 'body' || name === 'value' ? given : text;
}

/** RocketMQ passes such words over in silence. */
function unusedWord(word: string, options: Options): string {
  const near = nearest(
    word,
    Object.keys(options).map((name) => `--${name}`),
  );
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `warning: '${word}' belongs to no option and is not used${meant}\n`;
}

/** The actions of `notServed`. */
const idle = new WeakSet<object>();

/** An action for a command that this version declares but does not serve. */
export function notServed(name: string, feature: string): () => Promise<never> {
  const action = (): Promise<never> =>
    Promise.reject(
      new MqError('NOT_SERVED', { command: `mqadmin ${name}` }, { hint: `it needs ${feature}` }),
    );
  idle.add(action);
  return action;
}
