// Looks a key up in the files of an index, the newest first (IndexService.queryOffset).

import { indexKeyHash } from '../format/index-layout.js';
import type { IndexFile } from './index-file.js';

export interface KeyQuery {
  topic: string;
  key: string;
  maxMessages: number;
  begin: number;
  end: number;
}

/** A message that an entry names. */
export interface IndexHit {
  physicalOffset: number;
  file: IndexFile;
}

export interface IndexHits {
  keyHash: number;
  hits: IndexHit[];
}

export interface SearchedFiles {
  files: readonly IndexFile[];
  /** Whether the file was not removed meanwhile. */
  has: (file: IndexFile) => boolean;
  /** Told of files with something in them that cannot be. */
  suspect: (file: IndexFile, fault: string) => void;
}

/** Newest file first, newest message first. */
export async function searchIndex(
  { files, has, suspect }: SearchedFiles,
  query: KeyQuery,
): Promise<IndexHits> {
  const keyHash = indexKeyHash(query.topic, query.key);
  const hits: IndexHit[] = [];
  for (const file of [...files].reverse()) {
    const { beginTimestamp, endTimestamp } = file.header;
    if (has(file) && query.begin <= endTimestamp && query.end >= beginTimestamp) {
      try {
        const fault = await collect(file, keyHash, query, hits);
        if (fault !== undefined && has(file)) suspect(file, fault);
      } catch (error) {
        if (has(file)) throw error;
      }
    }
    if (beginTimestamp < query.begin) break;
    if (hits.length >= query.maxMessages) break;
  }
  return { keyHash, hits };
}

/** IndexFile.selectPhyOffset; what is wrong with the chain, if something is. */
async function collect(
  file: IndexFile,
  keyHash: number,
  query: KeyQuery,
  into: IndexHit[],
): Promise<string | undefined> {
  const { slots } = file.size;
  let number = await file.head(keyHash);
  if (number < 0 || number >= file.header.indexCount) return `a slot leads to entry ${number}`;
  while (number > 0 && into.length < query.maxMessages) {
    const entry = await file.entry(number);
    const fits = entry && entry.keyHash >= 0 && entry.keyHash % slots === keyHash % slots;
    if (!fits || entry.timeDiffSeconds < 0) return `entry ${number} is not of its chain`;
    const time = file.header.beginTimestamp + entry.timeDiffSeconds * 1000;
    if (entry.keyHash === keyHash && time >= query.begin && time <= query.end) {
      into.push({ physicalOffset: entry.physicalOffset, file });
    }
    if (entry.previous >= number || entry.previous < 0) {
      return `entry ${number} leads to entry ${entry.previous}`;
    }
    if (time < query.begin) return undefined;
    number = entry.previous;
  }
  return undefined;
}
