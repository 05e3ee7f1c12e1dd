// The configuration of a RocketMQ broker that keeps it in RocksDB (storeType=defaultRocksDB):
// topics, groups and offsets, each in a database below config/, or all in one
// (useSingleRocksDBForAllConfigs).

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { type Database, isDatabase, readDatabase } from '../rocksdb/database.js';

export const CONFIG_KINDS = ['topics', 'subscriptionGroups', 'consumerOffsets'] as const;

export type ConfigKind = (typeof CONFIG_KINDS)[number];

/** Names and JSON texts, in the order of the names. */
export type ConfigEntries = (readonly [name: string, text: string])[];

export interface RocksdbConfig {
  entries: ConfigEntries;
  /** JSON text of the DataVersion. */
  dataVersion: string | undefined;
  /** Of groups: which topics they may not read or write. */
  forbidden: ConfigEntries;
}

/** RocksDBConfigManager: the families of a database of its own, … */
const OWN = { entries: 'default', version: 'kvDataVersion' };
/** … and those of the one for all. */
const SHARED_FOLDER = 'metadata';
const SHARED: Readonly<Record<ConfigKind, typeof OWN>> = {
  topics: { entries: 'topic', version: 'topicVersion' },
  subscriptionGroups: { entries: 'subscriptionGroup', version: 'subscriptionGroupVersion' },
  consumerOffsets: { entries: 'consumerOffset', version: 'consumerOffsetVersion' },
};
const VERSION_KEY = 'kvDataVersionKey';
const FORBIDDEN = 'forbidden';

/** `configPath` is the folder config/ of a store; undefined when there is no such database. */
export function readRocksdbConfig(
  files: FileSystem,
  configPath: string,
  kind: string,
): RocksdbConfig | undefined {
  const own = join(configPath, kind);
  if (isDatabase(files, own)) return configOf(readDatabase(files, own), OWN);
  const shared = join(configPath, SHARED_FOLDER);
  const known = CONFIG_KINDS.find((one) => one === kind);
  if (!known || !isDatabase(files, shared)) return undefined;
  return configOf(readDatabase(files, shared), SHARED[known]);
}

function configOf(database: Database, families: typeof OWN): RocksdbConfig {
  const versions = new Map(textsOf(database, families.version));
  return {
    entries: textsOf(database, families.entries),
    dataVersion: versions.get(VERSION_KEY),
    forbidden: textsOf(database, FORBIDDEN),
  };
}

const textsOf = (database: Database, family: string): ConfigEntries =>
  (database.get(family) ?? []).map(({ key, value }) => [key.toString(), value.toString()]);
