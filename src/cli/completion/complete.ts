// What can come next on a command line: programs, commands, options, and names in the cluster.

import type { Commands } from '../catalog/command-set.js';
import { findMqadmin, MQADMIN, MQADMIN_OWN, PROGRAMS } from '../catalog/names.js';
import { longOf, type Option, type Options, takesValue } from '../flags/options.js';
import { ownOptionsOf } from '../command/own-options.js';
import { OUTPUTS } from '../access/profile.js';
import { type NameKind, valueKind } from './values.js';

export interface Candidate {
  value: string;
  about?: string;
}

export interface Completion {
  candidates: Candidate[];
  /** The shell may offer files as well. */
  files?: boolean;
  /** More of the same word follows: no space after it. */
  open?: boolean;
}

/** What only the cluster, the disk or the configuration knows. */
export interface Sources {
  names(kind: NameKind, given: ReadonlyMap<string, string | true>): Promise<string[]>;
  profiles(): Promise<string[]>;
  configKeys(program: string): Promise<string[]>;
  examples(): Promise<string[]>;
}

const NOTHING: Completion = { candidates: [] };

export class Completer {
  constructor(
    private readonly commands: Commands,
    private readonly sources: Sources,
  ) {}

  /** `words` begin with the program's name, as typed; `typed` is what there is of the next. */
  async complete(words: readonly string[], typed: string): Promise<Completion> {
    const found = await this.next(words, typed);
    const wanted = typed.toLowerCase();
    const fits = ({ value }: Candidate): boolean => value.toLowerCase().startsWith(wanted);
    return { ...found, candidates: found.candidates.filter(fits) };
  }

  private async next(words: readonly string[], typed: string): Promise<Completion> {
    const [first, ...rest] = words;
    if (first === undefined) return NOTHING;
    const program = first
      .replace(/^.*[/\\]/, '')
      .replace(/\.(cmd|sh|js)$/i, '')
      .toLowerCase();
    if (program !== 'pocketmq' && program !== 'run') return this.of(program, rest, typed);
    const [word, ...more] = rest;
    if (word === undefined) return this.programs(['help', '--version']);
    if (word.toLowerCase() === 'help' && more.length === 0) return this.programs();
    return this.of(word.toLowerCase(), more, typed);
  }

  private async of(program: string, words: readonly string[], typed: string): Promise<Completion> {
    if (program !== 'mqadmin') {
      const known = PROGRAMS.find((name) => name === program);
      return known ? this.argument(known, words, typed) : NOTHING;
    }
    const [word, ...rest] = words;
    const help = word?.toLowerCase() === 'help';
    if (word === undefined) return this.subcommands(['help']);
    if (help) return rest.length === 0 ? this.subcommands() : NOTHING;
    const name = findMqadmin(word);
    return name === undefined ? NOTHING : this.argument(`mqadmin:${name}`, rest, typed);
  }

  private async programs(more: readonly string[] = []): Promise<Completion> {
    return this.described([...PROGRAMS, ...more], (name) => name);
  }

  private async subcommands(more: readonly string[] = []): Promise<Completion> {
    return this.described([...MQADMIN, ...MQADMIN_OWN, ...more], (name) => `mqadmin:${name}`);
  }

  private async described(
    names: readonly string[],
    idOf: (name: string) => string,
  ): Promise<Completion> {
    const summaries = await this.commands.summaries();
    return { candidates: names.map((name) => candidate(name, summaries.get(idOf(name)))) };
  }

  /** An option, its value, or a word of the command's own. */
  private async argument(id: string, words: readonly string[], typed: string): Promise<Completion> {
    const { options: declared, effect } = await this.commands.describe(id);
    const options: Options = { ...declared, ...ownOptionsOf(effect) };
    const { given, awaiting, loose } = read(words, options);
    if (awaiting !== undefined) return this.values(id, awaiting, options[awaiting]!, given);
    const glued = /^--([^=]+)=/.exec(typed);
    if (glued) {
      const name = nameOf(`--${glued[1]!}`, options);
      if (name === undefined) return NOTHING;
      const found = await this.values(id, name, options[name]!, given);
      return { ...found, candidates: found.candidates.map(prefixed(glued[0])) };
    }
    if (typed.startsWith('-')) return { candidates: optionNames(options, given, typed) };
    const own = await this.words(id, loose);
    return own ?? { candidates: optionNames(declared, given, '--') };
  }

  private async values(
    id: string,
    key: string,
    option: Option,
    given: ReadonlyMap<string, string | true>,
  ): Promise<Completion> {
    const kind = key === 'output' ? OUTPUTS : valueKind(id, key, option);
    if (kind === undefined) return NOTHING;
    if (kind === 'files') return { candidates: [], files: true };
    if (typeof kind !== 'string') return plain(kind);
    if (kind === 'profile') return plain(await this.sources.profiles());
    if (kind === 'configKey') return plain(await this.sources.configKeys(id));
    return plain(await this.sources.names(kind, given));
  }

  /** Words that are no options; undefined where a command takes none. */
  private async words(id: string, before: readonly string[]): Promise<Completion | undefined> {
    const verbs = VERBS[id];
    if (verbs && before.length === 0) return plain(verbs);
    if (id === 'mqadmin:profile' && before.length === 1) {
      return /^(show|use|remove)$/i.test(before[0]!)
        ? plain(await this.sources.profiles())
        : NOTHING;
    }
    if (id === 'store') return { candidates: [], files: true };
    if (id === 'tools' && before.length === 0) return plain(await this.sources.examples());
    if (id !== 'mqbroker' && id !== 'mqnamesrv') return verbs ? NOTHING : undefined;
    const keys = await this.sources.configKeys(id);
    return { candidates: keys.map((key) => ({ value: `${key}=` })), open: true };
  }
}

const VERBS: Readonly<Record<string, readonly string[]>> = {
  mqshutdown: ['broker', 'namesrv'],
  store: ['check', 'dump', 'stat'],
  'mqadmin:profile': ['add', 'list', 'show', 'use', 'remove'],
  'mqadmin:completion': ['bash', 'zsh', 'fish'],
};

interface Read {
  given: Map<string, string | true>;
  /** The option whose value is next. */
  awaiting: string | undefined;
  loose: string[];
}

/** As parseArgv does, but nothing is wrong yet. */
function read(words: readonly string[], options: Options): Read {
  const given = new Map<string, string | true>();
  const loose: string[] = [];
  let awaiting: string | undefined;
  for (const word of words) {
    const [spelt, value] = word.startsWith('--') ? halves(word) : [word, undefined];
    const name = nameOf(spelt, options);
    if (awaiting !== undefined && name === undefined) {
      given.set(awaiting, word);
      awaiting = undefined;
    } else if (name === undefined) {
      if (!word.startsWith('-')) loose.push(word);
    } else if (value !== undefined) given.set(name, value);
    else if (takesValue(options[name]!)) awaiting = name;
    else given.set(name, true);
  }
  return { given, awaiting, loose };
}

const halves = (word: string): [string, string | undefined] => {
  const at = word.indexOf('=');
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
};

function nameOf(word: string, options: Options): string | undefined {
  if (!/^-./.test(word)) return undefined;
  const entries = Object.entries(options);
  const bare = word.replace(/^--?/, '');
  const found = word.startsWith('--')
    ? entries.find(([name, option]) => longOf(name, option) === bare)
    : entries.find(([, { short }]) => short === bare);
  return found?.[0];
}

function optionNames(
  options: Options,
  given: ReadonlyMap<string, string | true>,
  typed: string,
): Candidate[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const long = longOf(name, option);
    if (given.has(name) || long.includes(' ')) return [];
    const one = candidate(`--${long}`, option.describe);
    const letter =
      option.short === undefined ? [] : [candidate(`-${option.short}`, option.describe)];
    return typed.startsWith('--') ? [one] : [...letter, one];
  });
}

const candidate = (value: string, about: string | undefined): Candidate =>
  about === undefined ? { value } : { value, about };

const plain = (values: readonly string[]): Completion => ({
  candidates: values.map((value) => ({ value })),
});

const prefixed =
  (prefix: string) =>
  ({ value, ...rest }: Candidate): Candidate => ({ value: prefix + value, ...rest });
