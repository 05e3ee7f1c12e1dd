// Whether the files of config/ can be read, or stand in the way of a broker.

import { join } from 'node:path';
import { rocksdbConfig } from '../directory.js';
import { isJson } from './is-json.js';
import type { StoreFiles } from './store-files.js';

/** Files of JSON without its ending. */
const METRICS = ['timermetrics', 'transactionMetrics'];

export function checkConfig(store: StoreFiles): void {
  const folder = join(store.root, 'config');
  const foreign = rocksdbConfig(folder, store.files);
  if (foreign) store.note('error', 'config', `${foreign.reason}; ${foreign.hint}`);
  const names = store.files.readdir(folder);
  const odd = new Set(names.filter(({ isDirectory }) => isDirectory).map(({ name }) => name));
  for (const name of new Set(names.map((file) => file.name.replace(/\.bak$/, '')))) {
    if (!(name.endsWith('.json') || METRICS.includes(name))) continue;
    if (odd.has(name)) {
      store.note('error', `config/${name}`, 'is a directory: the broker would not start');
      continue;
    }
    if (odd.has(`${name}.bak`)) {
      const text = 'is a directory: no copy of the text before is kept until it is removed';
      store.note('warning', `config/${name}.bak`, text);
    }
    checkFile(store, folder, name);
  }
}

function checkFile(store: StoreFiles, folder: string, name: string): void {
  const path = join(folder, name);
  const missing = !store.files.exists(path);
  if (!missing && isJson(store.files, path)) return;
  const good = isJson(store.files, `${path}.bak`);
  if (missing && (good || !store.files.stat(`${path}.bak`)?.size)) return;
  const what = missing ? 'is missing' : 'is damaged';
  const text = good ? 'its .bak will be used' : 'its .bak cannot be used either';
  store.note(good ? 'warning' : 'error', `config/${name}`, `${what}; ${text}`);
}
