// JSON as RocketMQ's fastjson reads and writes it: number keys without quotes, objects as keys.
// A Map stands for such a table: number keys are written bare, object keys as bare objects.

/** A bigint stands for a whole number that a double would round; only exact parsing gives one. */
export type Json = null | boolean | number | bigint | string | Json[] | JsonObject | JsonTable;
export interface JsonObject {
  [key: string]: Json | undefined;
}
export type JsonTable = Map<number | string | JsonObject, Json>;

/**
 * Parses JSON text, fastjson's dialect included. A table with a number or object key comes back as
 * a Map, every other object as a plain object. Throws SyntaxError with the position.
 */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return new LenientParser(text).parse();
  }
}

/** As `parseJson`, with whole numbers of 64 bits as they are. */
export function parseExactJson(text: string): Json {
  return /\d{16}/.test(text) ? new LenientParser(text, true).parse() : parseJson(text);
}

/** A table with number keys from either spelling (`{0:…}` or `{"0":…}`). */
export function numberTable<T extends Json>(value: Json | undefined): Map<number, T> {
  const table = new Map<number, T>();
  if (value instanceof Map) for (const [key, item] of value) table.set(Number(key), item as T);
  else if (value && typeof value === 'object' && !Array.isArray(value))
    for (const [key, item] of Object.entries(value)) table.set(Number(key), item as T);
  return table;
}

/** A table with text keys, whichever way it was parsed. */
export function stringTable<T extends Json>(value: Json | undefined): Map<string, T> {
  const table = new Map<string, T>();
  if (value instanceof Map) for (const [key, item] of value) table.set(String(key), item as T);
  else if (value && typeof value === 'object' && !Array.isArray(value))
    for (const [key, item] of Object.entries(value)) table.set(key, item as T);
  return table;
}

export interface WriteOptions {
  /** Tabs and newlines, as RocketMQ writes its config files. */
  pretty?: boolean;
  /** Quote number keys: standard JSON. */
  quoteKeys?: boolean;
}

/** Writes a value; object fields in alphabetical order, undefined and null fields left out. */
export function writeJson(value: Json, options: WriteOptions = {}): string {
  return write(value, options, options.pretty ? '\n' : '');
}

function write(value: Json | undefined, options: WriteOptions, newline: string): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = newline && `${newline}\t`;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((v) => write(v, options, inner)).join(`,${inner}`)}${newline}]`;
  }
  const fields: string[] = [];
  if (value instanceof Map) {
    for (const [key, item] of value) {
      if (item !== null && item !== undefined)
        fields.push(`${writeKey(key, options)}:${write(item, options, inner)}`);
    }
  } else {
    for (const key of Object.keys(value).sort()) {
      const item = value[key];
      if (item !== null && item !== undefined)
        fields.push(`${JSON.stringify(key)}:${write(item, options, inner)}`);
    }
  }
  return fields.length === 0 ? '{}' : `{${inner}${fields.join(`,${inner}`)}${newline}}`;
}

function writeKey(key: number | string | JsonObject, options: WriteOptions): string {
  if (typeof key === 'number') return options.quoteKeys ? `"${key}"` : String(key);
  return typeof key === 'string' ? JSON.stringify(key) : write(key, options, '');
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[LlSsBbFfDd]?/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const WORD = /[A-Za-z_$][\w$]*/y;
const MAX_DEPTH = 200;
const EXACT_DIGITS = 15;
const ZERO = 48;

class LenientParser {
  private at = 0;
  private depth = 0;
  /** Of the next escape; strings that end before it are taken as they are. */
  private backslashAt: number;

  constructor(
    private readonly text: string,
    private readonly exact = false,
  ) {
    this.backslashAt = this.nextBackslash(0);
  }

  parse(): Json {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) this.fail('end of text');
    return value;
  }

  private value(): Json {
    this.space();
    const first = this.text[this.at];
    if (first === '{') return this.nested(() => this.object());
    if (first === '[') return this.nested(() => this.array());
    if (first === '"') return this.string();
    const number = this.digits() ?? this.number();
    if (number !== undefined) return number;
    const word = this.match(WORD);
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    return this.fail('a value');
  }

  private nested(read: () => Json): Json {
    if (++this.depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels`);
    const value = read();
    this.depth--;
    return value;
  }

  private object(): Json {
    const keys: (number | string | JsonObject)[] = [];
    const values: Json[] = [];
    let plain = true;
    this.at++;
    while (!this.take('}')) {
      if (keys.length > 0 && !this.take(',')) this.fail('"," or "}"');
      if (this.take('}')) break;
      const key = this.key();
      if (typeof key !== 'string') plain = false;
      if (!this.take(':')) this.fail('":"');
      keys.push(key);
      values.push(this.value());
    }
    return plain
      ? objectFrom(keys as string[], values)
      : new Map(keys.map((key, i) => [key, values[i]!]));
  }

  private key(): number | string | JsonObject {
    this.space();
    const key = this.text[this.at] === '"' ? this.string() : (this.match(WORD) ?? this.value());
    if (typeof key === 'bigint') return Number(key);
    if (typeof key === 'string' || typeof key === 'number') return key;
    if (key && typeof key === 'object' && !Array.isArray(key) && !(key instanceof Map)) return key;
    return this.fail('a key');
  }

  private array(): Json[] {
    const items: Json[] = [];
    this.at++;
    while (!this.take(']')) {
      if (items.length > 0 && !this.take(',')) this.fail('"," or "]"');
      if (this.take(']')) break;
      items.push(this.value());
    }
    return items;
  }

  private string(): string {
    const start = this.at + 1;
    const end = this.text.indexOf('"', start);
    if (this.backslashAt < start) this.backslashAt = this.nextBackslash(start);
    if (end >= 0 && end < this.backslashAt) {
      this.at = end + 1;
      return this.text.slice(start, end);
    }
    const literal = this.match(STRING) ?? this.fail('a closing quote');
    try {
      return JSON.parse(literal) as string;
    } catch {
      return this.fail('a valid string');
    }
  }

  private nextBackslash(from: number): number {
    const at = this.text.indexOf('\\', from);
    return at < 0 ? this.text.length : at;
  }

  /** The common number: a few digits and nothing that belongs to them behind. */
  private digits(): number | undefined {
    const { text } = this;
    let { at } = this;
    let value = 0;
    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; at++) {
      value = value * 10 + digit;
      digit = text.charCodeAt(at + 1) - ZERO;
    }
    const more = at === this.at || at - this.at > EXACT_DIGITS || /[.\w]/.test(text[at] ?? '');
    if (more) return undefined;
    this.at = at;
    return value;
  }

  private number(): number | bigint | undefined {
    const text = this.match(NUMBER)?.replace(/[A-Za-z]$/, '');
    if (text === undefined) return undefined;
    const value = Number(text);
    const rounded = Number.isInteger(value) && !Number.isSafeInteger(value);
    return this.exact && rounded && /^-?\d+$/.test(text) ? BigInt(text) : value;
  }

  private take(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  private space(): void {
    for (let char = this.text.charCodeAt(this.at); isSpace(char);) {
      char = this.text.charCodeAt(++this.at);
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private fail(expected: string): never {
    throw new SyntaxError(`JSON: expected ${expected} at position ${this.at}`);
  }
}

const isSpace = (char: number): boolean => char === 32 || (char >= 9 && char <= 13);

function objectFrom(keys: readonly string[], values: readonly Json[]): JsonObject {
  const object: JsonObject = {};
  const own = { enumerable: true, configurable: true, writable: true };
  keys.forEach((key, i) => {
    // An assignment to this name would change the prototype.
    if (key !== '__proto__') object[key] = values[i]!;
    else Object.defineProperty(object, key, { ...own, value: values[i]! });
  });
  return object;
}
