// Where a file of the index ends, the keys of one record may be in it and in the next.

import type { IndexFile } from './index-file.js';

/** Hashes of the keys that files have of the record as their last or their first one. */
export async function borderKeys(
  files: readonly IndexFile[],
  physicalOffset: number,
): Promise<Set<number>> {
  const hashes = new Set<number>();
  for (const file of files) {
    const { indexCount, beginPhyOffset, endPhyOffset } = file.header;
    if (endPhyOffset === physicalOffset) {
      await collect(file, indexCount - 1, -1, physicalOffset, hashes);
    }
    if (beginPhyOffset === physicalOffset) await collect(file, 1, 1, physicalOffset, hashes);
  }
  return hashes;
}

async function collect(
  file: IndexFile,
  first: number,
  step: number,
  physicalOffset: number,
  into: Set<number>,
): Promise<void> {
  for (let number = first; number > 0 && number < file.header.indexCount; number += step) {
    const entry = await file.entry(number);
    if (entry?.physicalOffset !== physicalOffset) return;
    into.add(entry.keyHash);
  }
}

/** As `borderKeys`, of files whose entries are all on the disk. */
export function borderKeysSync(files: readonly IndexFile[], physicalOffset: number): Set<number> {
  const hashes = new Set<number>();
  const take = (file: IndexFile, first: number, step: number): void => {
    for (let number = first; number > 0 && number < file.header.indexCount; number += step) {
      const entry = file.entrySync(number);
      if (entry.physicalOffset !== physicalOffset) return;
      hashes.add(entry.keyHash);
    }
  };
  for (const file of files) {
    const { indexCount, beginPhyOffset, endPhyOffset } = file.header;
    if (endPhyOffset === physicalOffset) take(file, indexCount - 1, -1);
    if (beginPhyOffset === physicalOffset) take(file, 1, 1);
  }
  return hashes;
}
