// A RocksDB as it lies on the disk, read without opening it: nothing is written, no lock is taken,
// and what is only in the write-ahead log is there too. Everything is held in memory, as RocketMQ's
// databases of configuration are small.

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import { logRecords } from './log-records.js';
import { type Family, readManifest } from './manifest.js';
import { tableVersions } from './table.js';
import { readBatch, type Version } from './write-batch.js';

export interface DatabaseEntry {
  key: Buffer;
  value: Buffer;
}

/** What each column family holds, by name, in the order of the keys. */
export type Database = Map<string, DatabaseEntry[]>;

/** Whether there is a RocksDB in a folder. */
export const isDatabase = (files: FileSystem, path: string): boolean =>
  files.stat(path)?.isDirectory === true && files.exists(join(path, 'CURRENT'));

export function readDatabase(files: FileSystem, path: string): Database {
  const current = files.readText(join(path, 'CURRENT'))?.trim();
  if (!current) throw unreadable(path, 'it has no CURRENT file');
  const families = reading(join(path, current), () => readManifest(bytesOf(files, path, current)));
  const newest = new Map<number, Map<string, Version>>();
  const take = (family: number, version: Version): void => {
    let versions = newest.get(family);
    if (!versions) newest.set(family, (versions = new Map()));
    const key = version.key.toString('latin1');
    const known = versions.get(key);
    if (!known || version.sequence >= known.sequence) versions.set(key, version);
  };
  for (const [id, family] of families) readTables(files, path, family, (one) => take(id, one));
  readLogs(files, path, families, take);
  const database: Database = new Map();
  for (const [id, { name }] of families) database.set(name, inOrder(newest.get(id)));
  return database;
}

function readTables(
  files: FileSystem,
  path: string,
  family: Family,
  take: (version: Version) => void,
): void {
  for (const number of family.files) {
    const name = `${String(number).padStart(6, '0')}.sst`;
    reading(join(path, name), () => {
      for (const version of tableVersions(bytesOf(files, path, name))) take(version);
    });
  }
}

function readLogs(
  files: FileSystem,
  path: string,
  families: Map<number, Family>,
  take: (family: number, version: Version) => void,
): void {
  const logs = files
    .readdir(path)
    .map(({ name }) => /^(\d+)\.log$/.exec(name))
    .filter((found) => found !== null)
    .map(([name, digits]) => ({ name, number: Number(digits) }))
    .sort((a, b) => a.number - b.number);
  for (const { name, number } of logs) {
    reading(join(path, name), () => {
      for (const record of logRecords(bytesOf(files, path, name), number)) {
        readBatch(record, (family, version) => {
          const known = families.get(family);
          if (known && known.logNumber <= number) take(family, version);
        });
      }
    });
  }
}

function inOrder(versions: Map<string, Version> | undefined): DatabaseEntry[] {
  const entries: DatabaseEntry[] = [];
  for (const { key, value } of versions?.values() ?? []) if (value) entries.push({ key, value });
  return entries.sort((a, b) => a.key.compare(b.key));
}

function bytesOf(files: FileSystem, path: string, name: string): Buffer {
  const fd = files.openSync(join(path, name), 'r');
  try {
    const bytes = Buffer.alloc(files.fstat(fd).size);
    return bytes.subarray(0, files.readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    files.closeSync(fd);
  }
}

/** Says of which file it is that something was wrong. */
function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const known = error instanceof MqError && error.code === 'STORE_UNREADABLE';
    const reason = known ? String(error.details?.reason) : (error as Error).message;
    throw unreadable(path, reason, error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): MqError {
  return new MqError('STORE_UNREADABLE', { path, reason }, { cause });
}
