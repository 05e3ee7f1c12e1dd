// Recorded data of Apache RocketMQ 5.5.0 that tests compare with.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Text of a file under test/golden. */
export function goldenText(path: string): string {
  return readFileSync(new URL(`../golden/${path}`, import.meta.url), 'utf8');
}

/** Content of a JSON file under test/golden. */
export function golden<T>(path: string): T {
  return JSON.parse(goldenText(path)) as T;
}

/** Lines of a JSON-lines file under test/golden. */
export function goldenLines<T>(path: string): T[] {
  return goldenText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** What Apache RocketMQ says of one of its stores, see test/golden/store. */
export function goldenStore<T>(name: string): T {
  const bytes = readFileSync(new URL(`../golden/store/${name}.json.gz`, import.meta.url));
  return JSON.parse(gunzipSync(bytes).toString()) as T;
}

/** What RocketMQ's commands print of files of one of its stores, `CONFIG` for its config folder. */
export interface OfflineCase {
  command: string;
  stdout: string;
}

/** Stores beside which such cases are. */
const OFFLINE_STORES = ['rocksdb-kill9', 'rocksdb', 'compaction-kill9'];

export const offlineCases = (): [store: string, OfflineCase[]][] =>
  OFFLINE_STORES.map((name) => [name, goldenStore<OfflineCase[]>(name)]);

/** Unpacks a store of Apache RocketMQ into `folder`; its path. */
export function unpackStore(folder: string, name: string): string {
  const archive = fileURLToPath(new URL(`../golden/store/${name}.tar.gz`, import.meta.url));
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  return join(folder, 'store');
}
