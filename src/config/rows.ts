// What a configuration table is made of: one row per property, from which types, defaults,
// parsing, listings and the reference page follow.

/** What the defaults of some properties depend on. */
export interface HostFacts {
  cores: number;
  hostName: string;
  /** The folder of the user: `store`, `logs` and `namesrv` lie below it, as RocketMQ has them. */
  userHome: string;
  /** ROCKETMQ_HOME, or its default. */
  homeDir: string;
  /** The address of this host that clients can most likely reach. */
  localAddress: string;
  /** NAMESRV_ADDR. */
  namesrvAddr: string;
}

type Kind = 'int' | 'long' | 'double' | 'boolean' | 'text' | 'choice';

export interface RowOptions {
  /** Listed by `-m`. */
  important?: boolean;
  /** Something here reads it; else it is accepted and has no effect. */
  effect?: boolean;
  /** Read once at the start: a change by an update request waits for the next start. */
  fixed?: boolean;
  /** What one would rely on who sets it while it has no effect: said as a warning. */
  promise?: string;
  min?: number;
  max?: number;
  /** A number counts as the largest of these that it reaches, or as the first. */
  steps?: readonly number[];
  /** Other spellings. */
  aliases?: readonly string[];
  /** Null in RocketMQ when not set: listings of set properties leave it out while it is empty. */
  nullable?: boolean;
  /** The text as it is kept, or undefined when it is not allowed; `allowed` says what is. */
  check?: (value: string) => string | undefined;
  allowed?: string;
  /** Computed default, and how the reference page puts it. */
  from?: (host: HostFacts) => number | string;
  fromText?: string;
  /** RocketMQ has no setter: what a file says about it has no effect there. */
  readOnly?: boolean;
  /** A password or a key: no message and no log shows it. */
  secret?: boolean;
  /** Written in deployment guides, unknown to RocketMQ's own classes. */
  foreign?: boolean;
}

export interface Row<T> extends RowOptions {
  kind: Kind;
  value: T;
  doc: string;
  choices?: readonly string[];
}

type Value = number | boolean | string;
export type Table = Readonly<Record<string, Row<Value>>>;
export type ConfigOf<T extends Table> = {
  -readonly [K in keyof T]: T[K] extends Row<infer V> ? V : never;
};

// Options written short in the tables.
export const important = true;
export const effect = true;
export const fixed = true;
export const nullable = true;
export const readOnly = true;
export const foreign = true;
export const secret = true;

const INT_MAX = 2 ** 31 - 1;

export function int(value: number, doc: string, options?: RowOptions): Row<number> {
  return { kind: 'int', value, doc, ...options };
}

export function long(value: number, doc: string, options?: RowOptions): Row<number> {
  return { kind: 'long', value, doc, ...options };
}

export function double(value: number, doc: string, options?: RowOptions): Row<number> {
  return { kind: 'double', value, doc, ...options };
}

export function bool(value: boolean, doc: string, options?: RowOptions): Row<boolean> {
  return { kind: 'boolean', value, doc, ...options };
}

export function text(value: string, doc: string, options?: RowOptions): Row<string> {
  return { kind: 'text', value, doc, ...options };
}

export function choice<const C extends readonly string[]>(
  choices: C,
  value: C[number],
  doc: string,
  options?: RowOptions,
): Row<C[number]> {
  return { kind: 'choice', value, doc, choices, ...options };
}

export function defaultsOf<T extends Table>(table: T, host: HostFacts): ConfigOf<T> {
  const config: Record<string, Value> = {};
  for (const name in table) {
    const row = table[name]!;
    config[name] = row.from ? row.from(host) : row.value;
  }
  return config as ConfigOf<T>;
}

/** The typed value of a text, or undefined when it is not allowed (see `allowedBy`). */
export function parseValue(row: Row<Value>, raw: string): Value | undefined {
  const value = raw.trim();
  switch (row.kind) {
    case 'text':
      if (/[\t\n\r\f]/.test(value)) return undefined; // a backslash that should have been doubled
      return row.check && (value !== '' || !row.nullable) ? row.check(value) : value;
    case 'choice':
      return row.choices!.find((each) => each.toLowerCase() === value.toLowerCase());
    case 'boolean':
      return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined;
    default:
      return parseNumber(row, value);
  }
}

function parseNumber(row: Row<Value>, value: string): number | undefined {
  const form = row.kind === 'double' ? /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i : /^[+-]?\d+$/;
  if (!form.test(value)) return undefined;
  const number = Number(value);
  const [min, max] = limits(row);
  if (number < min || number > max) return undefined;
  return row.steps ? (row.steps.findLast((step) => step <= number) ?? row.steps[0]) : number;
}

function limits(row: Row<Value>): [number, number] {
  const size = row.kind === 'int' ? INT_MAX : Number.MAX_SAFE_INTEGER;
  const lowest = row.kind === 'int' ? -INT_MAX - 1 : -size;
  return [row.min ?? lowest, row.max ?? size];
}

/** What may stand for a property, for error messages and the reference page. */
export function allowedBy(row: Row<Value>): string {
  if (row.allowed) return row.allowed;
  if (row.kind === 'choice') return `one of ${row.choices!.join(', ')}`;
  if (row.kind === 'boolean') return 'true or false';
  if (row.kind === 'text') return 'text on one line';
  const [min, max] = limits(row);
  if (row.kind === 'long' && row.max === undefined) {
    return row.min === undefined ? 'a whole number' : `a whole number, at least ${min}`;
  }
  return `a ${row.kind === 'double' ? '' : 'whole '}number from ${min} to ${max}`;
}

/** A value as messages and logs may show it. */
export function shownValue(row: Row<Value>, value: Value): string {
  return row.secret && value !== '' ? '***' : formatValue(row, value);
}

/** As Java prints it: a double has a fraction always. */
export function formatValue(row: Row<Value>, value: Value): string {
  return row.kind === 'double' && Number.isInteger(value) ? `${value}.0` : String(value);
}
