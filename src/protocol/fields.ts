// Header fields are declared as data; types, decoder and encoder of every header follow from here.
// Values travel as strings (extFields of the remoting header), whatever the serialization.

import { MqError } from '../base/errors.js';
import { keyText, quoted } from './json-fields.js';

/**
 * `str` text, `i32` and `i64` integers, `bool` true/false. An `i64` is a JavaScript number:
 * offsets, sizes and times stay below 2^53, decoding refuses others. `?` marks optional fields.
 */
export type Kind = 'str' | 'i32' | 'i64' | 'bool';
export type FieldSpec = Kind | `${Kind}?`;
export type Fields = Readonly<Record<string, FieldSpec>>;

interface KindTypes {
  str: string;
  i32: number;
  i64: number;
  bool: boolean;
}
type KindOf<S> = S extends `${infer K extends Kind}?` ? K : S extends Kind ? S : never;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends `${string}?` ? K : never }[keyof F];

/** The object that a field list describes. */
export type HeaderOf<F> = {
  -readonly [K in Exclude<keyof F, OptionalKeys<F>>]: KindTypes[KindOf<F[K]>];
} & { -readonly [K in OptionalKeys<F>]?: KindTypes[KindOf<F[K]>] };

/** The extFields of a frame: every value is text, absent is absent. */
export type ExtFields = Record<string, string>;

interface CodecField {
  name: string;
  wire: string;
  /** The name as it stands in JSON, with the colon. */
  key: string;
  kind: Kind;
  required: boolean;
}

export interface HeaderCodec<H> {
  readonly fields: readonly CodecField[];
  /** Throws BAD_HEADER for a missing required field or a value of the wrong type. */
  decode(ext: ExtFields | undefined, request: string): H;
  encode(header: H): ExtFields;
  /** As `encode`, as members of a JSON object without its braces. */
  jsonMembers(header: H): string;
}

/** Digits that are always exact, so the common numbers need no check against a limit. */
const EXACT_DIGITS = 15;
const ZERO = 48;
const MINUS = 45;

/** The integer that a text is; undefined for any other text and for more than 15 digits. */
function shortInteger(text: string): number | undefined {
  const negative = text.charCodeAt(0) === MINUS;
  const digits = negative ? text.length - 1 : text.length;
  if (digits < 1 || digits > EXACT_DIGITS) return undefined;
  let value = 0;
  for (let i = text.length - digits; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}

const LONG = /^-?\d{16,19}$/;

function longInteger(text: string): number | undefined {
  if (!LONG.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  // Long.MAX_VALUE and Long.MIN_VALUE stand for "no bound" in several requests.
  if (!/^-?9223372036854775\d{3}$/.test(text)) return undefined;
  return value < 0 ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

function decodeValue(kind: Kind, text: string, wire: string, request: string): unknown {
  if (kind === 'bool') return text === 'true' || text.toLowerCase() === 'true';
  const value = shortInteger(text) ?? (kind === 'i64' ? longInteger(text) : undefined);
  if (value === undefined || (kind === 'i32' && value !== (value | 0))) {
    const expected = kind === 'i32' ? 'a 32-bit integer' : 'an integer below 2^53';
    const reason = `${wire} is ${JSON.stringify(text.slice(0, 40))}, expected ${expected}`;
    throw new MqError('BAD_HEADER', { request, reason });
  }
  return value;
}

/** Builds the codec of a field list; `wireNames` gives the short names of SEND_MESSAGE_V2. */
export function headerCodec<F extends Fields>(
  fields: F,
  wireNames: Readonly<Partial<Record<string, string>>> = {},
): HeaderCodec<HeaderOf<F>> {
  const list: CodecField[] = Object.entries(fields).map(([name, spec]) => ({
    name,
    wire: wireNames[name] ?? name,
    key: keyText(wireNames[name] ?? name),
    kind: spec.replace('?', '') as Kind,
    required: !spec.endsWith('?'),
  }));
  return {
    fields: list,
    decode(ext, request) {
      const header: Record<string, unknown> = {};
      for (const field of list) {
        const text = ext?.[field.wire];
        if (text === undefined || text === null) {
          if (!field.required) continue;
          const reason = `the required field ${field.wire} is missing`;
          throw new MqError('BAD_HEADER', { request, reason });
        }
        header[field.name] =
          field.kind === 'str' ? text : decodeValue(field.kind, text, field.wire, request);
      }
      return header as HeaderOf<F>;
    },
    encode(header) {
      const ext: ExtFields = {};
      for (const field of list) {
        const value = (header as Record<string, unknown>)[field.name];
        if (value !== undefined && value !== null) ext[field.wire] = String(value);
      }
      return ext;
    },
    jsonMembers(header) {
      let text = '';
      for (const { name, kind, key } of list) {
        const value = (header as Record<string, unknown>)[name];
        if (value === undefined || value === null) continue;
        const known = kind !== 'str' && typeof value !== 'string';
        const shown = known ? `"${String(value)}"` : quoted(String(value));
        text += text === '' ? key + shown : `,${key}${shown}`;
      }
      return text;
    },
  };
}
