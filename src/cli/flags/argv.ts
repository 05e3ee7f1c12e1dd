// Reads a command's words as RocketMQ's parser does (commons-cli DefaultParser).

import { MqError } from '../../base/errors.js';
import { nearest } from '../../config/nearest.js';
import { keyOf, longOf, type Option, type Options, spelled, takesValue } from './options.js';
import { typographicSlip, typographicValue } from './typography.js';
import type { OneOf } from './usage.js';

export interface Parsed {
  /** Given options by name; true for one without a value. The first of several wins, as in Java. */
  readonly values: ReadonlyMap<string, string | true>;
  /** Words that belong to no option. */
  readonly rest: readonly string[];
}

/** Wrong usage, with RocketMQ's words where it has some. */
export function usage(text: string, hint?: string): MqError {
  return new MqError('USAGE', { text }, hint === undefined ? {} : { hint });
}

export function parseArgv(argv: readonly string[], options: Options, oneOf: OneOf = []): Parsed {
  return new Parser(options, oneOf).parse(argv);
}

class Parser {
  private readonly values = new Map<string, string | true>();
  private readonly rest: string[] = [];
  private readonly byShort = new Map<string, string>();
  private readonly longs: readonly { long: string; name: string; whole: boolean }[];
  /** The option whose value comes next. */
  private open: string | undefined;

  constructor(
    private readonly options: Options,
    private readonly oneOf: OneOf,
  ) {
    for (const [name, { short }] of Object.entries(options)) {
      if (short !== undefined) this.byShort.set(short, name);
    }
    this.longs = Object.entries(options).map(([name, option]) => ({
      long: longOf(name, option),
      name,
      whole: option.whole ?? false,
    }));
  }

  parse(argv: readonly string[]): Parsed {
    let literal = false;
    for (const word of argv) {
      if (literal) this.rest.push(word);
      else if (word === '--') literal = true;
      else if (this.open !== undefined && this.isValue(word)) this.give(this.open, word);
      else this.option(word);
    }
    this.close();
    return { values: this.values, rest: this.rest };
  }

  private option(word: string): void {
    this.close();
    if (word.startsWith('--')) this.longOption(word.slice(2), word);
    else if (word.startsWith('-') && word.length > 1) this.shortOption(word);
    else this.stray(word);
  }

  /** A negative number, or a word that names no option, can be a value. */
  private isValue(word: string): boolean {
    if (this.options[this.open!]!.fallback !== undefined) return /^\d+(\.\d+)?$/.test(word);
    if (!word.startsWith('-') || word === '-' || /^-\d*\.?\d+$/.test(word)) return true;
    const name = word.replace(/^--?/, '').split('=')[0]!;
    if (this.matches(name).length > 0) return false;
    if (word.startsWith('--')) return true;
    return !this.byShort.has(name) && !this.byShort.has(name[0]!) && !this.glued(name);
  }

  private shortOption(word: string): void {
    const text = word.slice(1);
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const known = this.byShort.get(name);
    if (known !== undefined && equals < 0) return this.start(known);
    if (known !== undefined) return this.give(this.valued(known, word), text.slice(equals + 1));
    if (name.length === 1) throw this.unrecognized(word);
    if (this.matches(name).length > 0) return this.longOption(text, word);
    const glued = equals < 0 ? this.glued(text) : undefined;
    if (glued) return this.give(glued.name, text.slice(glued.long.length));
    return this.letters(text, word);
  }

  /** `-lt X`, `-tX`: switches in one word, the last may take a value. */
  private letters(text: string, word: string): void {
    for (let i = 0; i < text.length; i++) {
      const name = this.byShort.get(text[i]!);
      if (name === undefined) throw this.unrecognized(word);
      this.start(name);
      if (this.open === undefined) continue;
      if (i + 1 < text.length) this.give(name, text.slice(i + 1).replace(/^=/, ''));
      return;
    }
  }

  private longOption(text: string, word: string): void {
    const equals = text.indexOf('=');
    const typed = equals < 0 ? text : text.slice(0, equals);
    const found = this.matches(typed);
    if (found.length === 0) throw this.unrecognized(word);
    if (found.length > 1) {
      const could = found.map(({ long }) => `'${long}'`).join(', ');
      throw usage(`Ambiguous option: '${word}'  (could be: ${could})`);
    }
    const { name } = found[0]!;
    if (equals < 0) this.start(name);
    else this.give(this.valued(name, word), text.slice(equals + 1));
  }

  private matches(typed: string): readonly { long: string; name: string }[] {
    const exact = this.longs.filter(({ long }) => long.trim() === typed);
    return exact.length > 0 || typed === ''
      ? exact
      : this.longs.filter(({ long, whole }) => !whole && long.startsWith(typed));
  }

  /** The long option that a word begins with, its value glued to it: `-topicTest`. */
  private glued(text: string): { long: string; name: string } | undefined {
    return this.longs.find(
      ({ long, name, whole }) => !whole && text.startsWith(long) && takesValue(this.options[name]!),
    );
  }

  private valued(name: string, word: string): string {
    if (!takesValue(this.options[name]!)) throw this.unrecognized(word);
    this.exclude(name);
    return name;
  }

  private start(name: string): void {
    this.exclude(name);
    if (takesValue(this.options[name]!)) this.open = name;
    else this.values.set(name, true);
  }

  /** Refuses a second option of a group of which only one may be given. */
  private exclude(name: string): void {
    const group = this.oneOf.find((names) => names.includes(name));
    const other = group?.find((one) => one !== name && this.values.has(one));
    if (other === undefined) return;
    const [key, otherKey] = [name, other].map((one) => keyOf(one, this.options[one]!));
    throw usage(
      `The option '${key}' was specified but an option from this group has already been ` +
        `selected: '${otherKey}'`,
    );
  }

  private give(name: string, value: string): void {
    this.open = undefined;
    const wrong = FREE_TEXT.has(name) ? undefined : typographicValue(value);
    if (wrong !== undefined) throw slip(wrong);
    const bare = /^".*"$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value;
    if (!this.values.has(name)) this.values.set(name, bare);
  }

  private close(): void {
    const name = this.open;
    if (name === undefined) return;
    this.open = undefined;
    const option = this.options[name]!;
    if (option.fallback !== undefined) return this.give(name, option.fallback);
    const what = `${spelled(name, option)} is: ${option.describe}`;
    throw usage(`Missing argument for option: ${keyOf(name, option)}`, what);
  }

  private stray(word: string): void {
    const wrong = typographicSlip(word);
    if (wrong !== undefined) throw slip(wrong);
    this.rest.push(word);
  }

  private unrecognized(word: string): MqError {
    const wrong = typographicSlip(word);
    if (wrong !== undefined) return slip(wrong);
    const typed = word.replace(/^-+/, '').split('=')[0]!;
    const found = nearest(
      typed,
      this.longs.map(({ long }) => long),
    );
    const hint = typed.length > 1 && found !== undefined ? `did you mean --${found}?` : undefined;
    return usage(`Unrecognized option: ${word}`, hint);
  }
}

/** Options whose value may be any text, also with typographic quotes and full-width signs. */
const FREE_TEXT = new Set([
  ...['body', 'value', 'key', 'tags', 'msgKey', 'lastKey', 'subExpression', 'password'],
  ...['accessKey', 'secretKey', 'securityToken', 'filter', 'filePath', 'exportFile', 'path'],
]);

/** The caller adds the corrected command as the hint. */
function slip(text: string): MqError {
  return new MqError('TYPOGRAPHIC_SLIP', { text });
}

/** The missing options in RocketMQ's words; undefined when all are there. */
export function missing(
  { values }: Parsed,
  options: Options,
  oneOf: OneOf = [],
  oneOfMayLack = false,
): MqError | undefined {
  const names: string[] = [];
  const hints: string[] = [];
  const done = new Set<readonly string[]>();
  for (const [name, option] of Object.entries(options)) {
    const group = oneOf.find((one) => one.includes(name));
    if (group && !done.has(group)) {
      done.add(group);
      if (!oneOfMayLack && !group.some((one) => values.has(one)))
        names.push(groupText(group, options));
    } else if (!group && option.required && !values.has(name)) {
      names.push(keyOf(name, option));
      hints.push(`${spelled(name, option)} is: ${option.describe}`);
    }
  }
  if (names.length === 0) return undefined;
  const text = `Missing required option${names.length === 1 ? '' : 's'}: ${names.join(', ')}`;
  return usage(text, hints.length === 1 && names.length === 1 ? hints[0] : undefined);
}

function groupText(group: readonly string[], options: Options): string {
  const parts = group.map((name) => {
    const option: Option = options[name]!;
    return `${spelled(name, option)} ${option.describe}`;
  });
  return `[${parts.join(', ')}]`;
}
