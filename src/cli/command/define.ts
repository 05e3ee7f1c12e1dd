// Turns what a command declares (options, action, text) into an oclif command.

import { Command } from '@oclif/core/command';
import type { Config } from '@oclif/core/config';
import { MqError } from '../../base/errors.js';
import { missing, parseArgv, type Parsed } from '../flags/argv.js';
import { type Io, ioOf } from '../process/io.js';
import { HELP, NAMESRV, type Options, type Values } from '../flags/options.js';
import { type Effect, OWN, ownHelp } from './own-options.js';
import { perform } from './perform.js';
import type { Shape } from './shape.js';
import { type OneOf, usageText } from '../flags/usage.js';
import { unusedWord, valuesOf } from '../flags/values.js';
import type { CommandSpec } from './command-spec.js';

/** A command as main() uses it: the class that oclif loads, and what help needs. */
export interface CommandClass {
  new (argv: string[], config: Config): Command;
  id: string;
  readonly summary?: string;
  readonly options: Options;
  readonly oneOf: OneOf;
  readonly effect: Effect | undefined;
  readonly shape: Shape | undefined;
  readonly differs: string | undefined;
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
    static readonly effect = spec.effect;
    static readonly shape = spec.shape;
    static readonly differs = spec.differs;

    /** The text of `help <command>`. */
    static usageText(id: string): string {
      return helpText(spec, usageText(appName(id), options, oneOf));
    }

    async run(): Promise<number> {
      this.parsed = true;
      const app = appName(this.id ?? '');
      return execute(spec, { app, argv: this.argv, options, oneOf, io: ioOf(this.config) });
    }
  };
}

/** RocketMQ's text, and below it what this product adds. */
function helpText({ effect, offline }: { effect?: Effect; offline?: boolean }, text: string) {
  return effect === undefined ? text : text + ownHelp(effect, { offline: offline ?? false });
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
  const { io, options, oneOf, app, argv } = call;
  const help = usageText(app, options, oneOf);
  let parsed: Parsed;
  try {
    parsed = parsedWords(spec.rawWords ?? false, call);
    if (parsed.values.has('help')) {
      io.out(helpText(spec, help));
      return 0;
    }
    if (parsed.values.has('json-schema') && spec.shape !== undefined) {
      const { schemaText } = await import('./shape.js');
      io.out(schemaText(app, spec.shape));
      return 0;
    }
    const lacking =
      missing(parsed, options, oneOf, spec.oneOfMayLack) ??
      (spec.anyOf && missing(parsed, options, [spec.anyOf]));
    if (lacking) throw lacking;
  } catch (error) {
    // RocketMQ prints the usage with the error; one document, or a mistyped dash, needs none.
    const wanted = error instanceof MqError && error.code === 'USAGE';
    if (wanted && !argv.some((word) => /^--(json|output)/.test(word))) io.out(help);
    throw error;
  }
  const flags = valuesOf(parsed, options) as Values<O>;
  if (!spec.words && !spec.rawWords)
    for (const word of parsed.rest) io.err(unusedWord(word, options));
  return perform(spec, { app, io, parsed, flags });
}

function parsedWords(raw: boolean, { argv, options, oneOf }: Invocation): Parsed {
  const asksHelp = argv[0] === '-h' || argv[0] === '--help';
  if (raw && !asksHelp) return { values: new Map(), rest: argv };
  return parseArgv(argv, { ...options, ...OWN }, oneOf);
}
