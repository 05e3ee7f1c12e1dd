// The key-value configuration by namespace, kept in kvConfig.json (KVConfigManager).

import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import { type Json, parseExactJson, stringTable, writeJson } from '../../protocol/fastjson.js';

/** Namespace of the queue counts of ordered topics, given to brokers and clients. */
export const ORDER_TOPIC_NAMESPACE = 'ORDER_TOPIC_CONFIG';

type Table = Map<string, Map<string, string>>;

export interface KvConfigOptions {
  path: string;
  files: FileSystem;
  log: Logger;
}

export class KvConfig {
  private table: Table = new Map();
  /** Fields that this version does not know. */
  private rest = new Map<string, Json>();
  constructor(private readonly options: KvConfigOptions) {}

  /** Reads the file, or its backup when the file is damaged. */
  load(): void {
    const { path, files, log } = this.options;
    const text = files.readText(path);
    if (text === undefined || text.trim() === '') return;
    try {
      this.take(text);
    } catch (cause) {
      const reason = (cause as Error).message;
      const backup = files.readText(`${path}.bak`);
      if (backup === undefined) {
        throw new MqError('CONFIG_FILE_UNREADABLE', { file: path, reason }, { cause });
      }
      log.warn(`${path} is damaged (${reason}), taking ${path}.bak`);
      this.take(backup);
    }
    log.info('load KV config table OK');
  }

  get(namespace: string, key: string): string | undefined {
    return this.table.get(namespace)?.get(key);
  }

  /** Undefined for a namespace that never had a key. */
  list(namespace: string): Record<string, string> | undefined {
    const entries = this.table.get(namespace);
    return entries && Object.fromEntries(entries);
  }

  put(namespace: string, key: string, value: string): void {
    const entries = this.table.get(namespace) ?? new Map<string, string>();
    const what = entries.has(key) ? 'update' : 'create new';
    this.table.set(namespace, entries.set(key, value));
    this.options.log.info(
      `putKVConfig ${what} config item, Namespace: ${namespace} Key: ${key} Value: ${value}`,
    );
    this.save();
  }

  delete(namespace: string, key: string): void {
    const removed = this.table.get(namespace)?.delete(key) ?? false;
    const what = removed ? 'delete a' : 'found no';
    this.options.log.info(
      `deleteKVConfig ${what} config item, Namespace: ${namespace} Key: ${key}`,
    );
    if (removed) this.save();
  }

  private take(text: string): void {
    this.rest = stringTable<Json>(parseExactJson(text));
    this.table = tableOf(this.rest.get('configTable'));
  }

  private save(): void {
    const configTable = new Map([...this.table].map(([name, keys]) => [name, new Map(keys)]));
    const text = writeJson({ ...Object.fromEntries(this.rest), configTable });
    this.options.files.writeTextAtomic(this.options.path, text, { backup: true });
  }
}

function tableOf(value: Json | undefined): Table {
  const table: Table = new Map();
  for (const [namespace, keys] of stringTable<Json>(value)) {
    table.set(namespace, stringTable<string>(keys));
  }
  return table;
}
