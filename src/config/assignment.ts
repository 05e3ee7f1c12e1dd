// Takes `key = value` pairs from a file and the command line into typed settings, and gathers
// everything there is to say about them.

import { MqError } from '../base/errors.js';
import { allowedBy, parseValue } from './rows.js';
import type { Table } from './rows.js';
import { canonical, indexKeys, suggestion } from './tables.js';
import type { Place } from './tables.js';

type Section = Record<string, number | boolean | string>;

export class Assignment {
  readonly warnings: string[] = [];
  readonly notes: string[] = [];
  readonly problems: string[] = [];
  readonly origins = new Map<string, string>();
  readonly extras = new Map<string, string>();
  private readonly index: Map<string, Place[]>;
  private readonly sections: Readonly<Record<string, Section>>;

  constructor(
    tables: Readonly<Record<string, Table>>,
    sections: object,
    beside: readonly Table[] = [],
  ) {
    this.index = indexKeys(tables, beside);
    this.sections = sections as Record<string, Section>;
  }

  /** `origin` says where the pair stands; `inFile` keeps what is unknown for `allConfigs`. */
  set(key: string, raw: string, origin: string, inFile = false): void {
    const places = this.index.get(canonical(key));
    if (!places) {
      if (inFile) this.extras.set(key, raw);
      this.warnings.push(`${origin}: unknown key ${key} is ignored${suggestion(key, this.index)}`);
      return;
    }
    const { name, row } = places[0]!;
    const before = this.origins.get(name);
    if (inFile && before?.includes(' line ')) {
      this.warnings.push(`${origin}: ${key} was set before (${before}); the last one counts`);
    }
    this.origins.set(name, origin);
    if (row.readOnly) {
      this.notes.push(`${origin}: ${key} cannot be set, its value stays ${row.value}`);
      return;
    }
    if (row.from && raw.trim() === '') return; // as if it were not there
    const value = parseValue(row, raw);
    if (value === undefined) {
      this.problems.push(`${origin}: ${notAllowed(key, raw, places[0]!)}`);
      return;
    }
    const literal = /^~[/\\]|\$(\w+|\{\w*\})/.exec(raw.trim());
    if (literal && /path/i.test(name)) {
      this.warnings.push(
        `${origin}: ${key} = ${raw.trim()} is taken as it stands, ${literal[0]} too`,
      );
    }
    for (const place of places) {
      const section = this.sections[place.section];
      if (section) section[place.name] = value;
    }
    if (!places.some((place) => place.row.effect)) this.tellIdle(key, value, origin, places[0]!);
  }

  /** One line in the log, or on the terminal too when one might rely on the effect. */
  private tellIdle(key: string, value: unknown, origin: string, place: Place): void {
    const { row } = place;
    if (row.promise && value !== row.value) {
      this.warnings.push(`${origin}: ${key} = ${value} has no effect here yet: ${row.promise}`);
    } else {
      this.notes.push(`${origin}: ${idle(key, place)}`);
    }
  }

  throwProblems(): void {
    if (this.problems.length > 0) {
      throw new MqError('CONFIG_INVALID', { problems: this.problems.join('; ') });
    }
  }
}

function idle(key: string, { row }: Place): string {
  return row.foreign
    ? `${key} has no effect, as in Apache RocketMQ: ${row.doc}`
    : `${key} is accepted and has no effect here`;
}

/** `listenPort = 99999 is not allowed: it must be a whole number from 0 to 65535`. */
export function notAllowed(key: string, raw: string, { row }: Place): string {
  const value = raw.trim() || '(nothing)';
  const shown = row.secret ? '***' : value;
  return `${key} = ${shown} is not allowed: it must be ${allowedBy(row)}${hintFor(value)}`;
}

function hintFor(value: string): string {
  if (/[\t\n\r\f]/.test(value)) return '; a backslash has to be doubled';
  return /\s[#!]/.test(value) ? '; a comment needs a line of its own' : '';
}
