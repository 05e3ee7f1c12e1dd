// The configuration as mqadmin sees and changes it (getNamesrvConfig, updateNamesrvConfig).

import { refuse } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import { editProperties, parseProperties } from '../../config/properties.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { NamesrvSettings } from './config.js';

/** Never changed by a request, whatever configBlackList says. */
const PROTECTED = ['configBlackList', 'configStorePath', 'kvConfigPath', 'rocketmqHome'];

type Value = string | number | boolean;

export interface SettingsOptions {
  config: NamesrvSettings;
  files: FileSystem;
  log: Logger;
}

export class Settings {
  private readonly values: Record<string, Value>;
  constructor(private readonly options: SettingsOptions) {
    this.values = options.config as unknown as Record<string, Value>;
  }

  /** `name=value` lines of all properties. */
  text(): string {
    const names = Object.keys(this.values).filter((name) => isValue(this.values[name]));
    return names
      .sort()
      .map((name) => `${name}=${this.values[name]}\n`)
      .join('');
  }

  /** Takes properties text as a whole or not at all, and saves it to configStorePath. */
  update(text: string): void {
    const { config, files, log } = this.options;
    const { entries, problems } = parseProperties(text);
    if (problems.length > 0) {
      throw refuse(ResponseCode.SYSTEM_ERROR, `string2Properties error: ${problems[0]!.text}`);
    }
    const blackList = new Set([...PROTECTED, ...config.configBlackList.split(';')]);
    if (entries.some(({ key }) => blackList.has(key))) {
      throw refuse(ResponseCode.NO_PERMISSION, 'Can not update config in black list.');
    }
    const changes = new Map(entries.map(({ key, value }) => [key, this.valueOf(key, value)]));
    for (const [key, value] of changes) {
      log.info(`Replace, key: ${key}, value: ${this.values[key]} -> ${value}`);
      this.values[key] = value;
    }
    const path = config.configStorePath;
    const saved = new Map([...changes].map(([key, value]) => [key, String(value)]));
    files.writeTextAtomic(path, editProperties(files.readText(path) ?? '', saved), {
      backup: true,
    });
  }

  private valueOf(key: string, text: string): Value {
    const old = this.values[key];
    if (!isValue(old)) {
      throw refuse(ResponseCode.SYSTEM_ERROR, `the name server has no property ${key}`);
    }
    if (typeof old === 'string') return text;
    if (typeof old === 'boolean' && /^(true|false)$/i.test(text)) {
      return text.toLowerCase() === 'true';
    }
    if (typeof old === 'number' && /^-?\d+$/.test(text)) return Number(text);
    const expected = typeof old === 'number' ? 'an integer' : 'true or false';
    throw refuse(ResponseCode.SYSTEM_ERROR, `${key}=${text}: expected ${expected}`);
  }
}

const isValue = (value: unknown): value is Value =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
