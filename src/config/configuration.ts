// The settings of a running server as requests see them: all of them as text, and changes that
// are checked, taken over and kept in the file (upstream's Configuration).

import type { Clock } from '../base/clock.js';
import { refuse } from '../base/errors.js';
import type { FileSystem } from '../base/files.js';
import type { Logger } from '../base/log.js';
import { notAllowed } from './assignment.js';
import type { Loaded } from './load.js';
import { changePropertiesFile } from './properties-file.js';
import { parseProperties } from './properties.js';
import { formatValue, parseValue, shownValue } from './rows.js';
import type { Table } from './rows.js';
import { canonical, indexKeys, suggestion } from './tables.js';
import type { Place } from './tables.js';

const NO_PERMISSION = 16;
const INVALID_PARAMETER = 29;
const SYSTEM_ERROR = 1;

type Value = number | boolean | string;
type Section = Record<string, Value>;

export interface ConfigurationOptions {
  /** The sections that are shown and changed: RocketMQ leaves out AuthConfig and the name server's
   * NettyClientConfig. */
  tables: Readonly<Record<string, Table>>;
  loaded: Pick<Loaded<object>, 'config' | 'storePath' | 'extras'>;
  files: FileSystem;
  clock: Clock;
  log: Logger;
}

export interface ConfigVersion {
  stateVersion: number;
  timestamp: number;
  counter: number;
}

export class Configuration {
  readonly dataVersion: ConfigVersion;
  private readonly index: Map<string, Place[]>;
  private readonly sections: Record<string, Section>;
  /** Changed values that the running server takes up at its next start. */
  private readonly waiting = new Map<string, Value>();
  private readonly options: ConfigurationOptions;

  constructor(options: ConfigurationOptions) {
    this.options = options;
    this.index = indexKeys(options.tables);
    this.sections = options.loaded.config as Record<string, Section>;
    this.dataVersion = { stateVersion: 0, timestamp: options.clock.now(), counter: 0 };
  }

  /** `key=value` lines by key, as getAllConfigsFormatString. */
  allConfigs(): string {
    const all = new Map(this.options.loaded.extras);
    for (const section in this.options.tables) {
      const table = this.options.tables[section]!;
      for (const name in table) {
        const row = table[name]!;
        const value = this.waiting.get(name) ?? this.sections[section]![name]!;
        if (value === '' && row.nullable) continue;
        all.set(name, formatValue(row, value));
      }
    }
    return [...all.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
  }

  /**
   * Takes the properties of an update request over, all or none, and keeps them in the file. The
   * names that changed.
   */
  update(body: string): string[] {
    const { entries, problems } = parseProperties(body);
    if (problems.length > 0) throw refuse(SYSTEM_ERROR, 'string2Properties error');
    const wanted = new Map(entries.map(({ key, value }) => [key, value]));
    this.refuseListed(wanted);
    const changes = new Map<string, string>();
    const typed: [Place[], Value][] = [];
    for (const [key, raw] of wanted) {
      const places = this.index.get(canonical(key));
      if (places) {
        typed.push([places, this.valueOf(key, raw, places[0]!)]);
        changes.set(places[0]!.name, raw.trim());
      } else if (this.options.loaded.extras.has(key)) {
        this.options.loaded.extras.set(key, raw);
        changes.set(key, raw);
      } else {
        throw refuse(INVALID_PARAMETER, `unknown key ${key}${suggestion(key, this.index)}`);
      }
    }
    for (const [places, value] of typed) this.take(places, value);
    this.dataVersion.counter += 1;
    this.dataVersion.timestamp = this.options.clock.now();
    this.keep(changes);
    return [...changes.keys()];
  }

  private refuseListed(wanted: ReadonlyMap<string, string>): void {
    for (const section of Object.values(this.sections)) {
      const listed = section.configBlackList;
      if (typeof listed !== 'string') continue;
      if (listed.split(';').some((key) => key !== '' && wanted.has(key.trim()))) {
        throw refuse(NO_PERMISSION, 'Can not update config in black list.');
      }
    }
  }

  private valueOf(key: string, raw: string, place: Place): Value {
    if (place.row.readOnly) throw refuse(INVALID_PARAMETER, `${key} cannot be set`);
    const value = parseValue(place.row, raw);
    if (value === undefined) throw refuse(INVALID_PARAMETER, notAllowed(key, raw, place));
    return value;
  }

  private take(places: readonly Place[], value: Value): void {
    for (const { section, name, row } of places) {
      const before = this.waiting.get(name) ?? this.sections[section]![name]!;
      if (before === value) continue;
      const when = row.fixed ? ', from the next start' : row.effect ? '' : ', which has no effect';
      const [old, now] = [before, value].map((one) => shownValue(row, one));
      this.options.log.info(`${name} changes from ${old} to ${now}${when}`);
      if (row.fixed) this.waiting.set(name, value);
      else this.sections[section]![name] = value;
    }
  }

  private keep(changes: ReadonlyMap<string, string>): void {
    const { loaded, files, log } = this.options;
    const same = (a: string, b: string): boolean => canonical(a) === canonical(b);
    try {
      changePropertiesFile(loaded.storePath, changes, same, files);
    } catch (error) {
      log.error(`${loaded.storePath} cannot be written: the change ends with this process`, error);
    }
  }
}
