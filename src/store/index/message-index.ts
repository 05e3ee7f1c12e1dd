// The index from keys to messages: files in the order of their begin (IndexService).

import { basename, join } from 'node:path';
import type { Handles } from '../files/handles.js';
import type { Indexed } from '../format/record-scan.js';
import {
  INDEX_FILE_NAME,
  indexFileBytes,
  indexFileName,
  indexNameBetween,
  positiveHash,
} from '../format/index-layout.js';
import { SysFlag } from '../../protocol/flags.js';
import { hashCode } from '../../protocol/properties.js';
import { borderKeys } from './border-keys.js';
import { IndexFile } from './index-file.js';
import type { IndexSize } from './index-file.js';

export interface MessageIndexOptions {
  directory: string;
  size: IndexSize;
  handles: Handles;
  now: () => number;
  warn: (text: string) => void;
}

export interface IndexHits {
  physicalOffsets: number[];
  lastUpdateTimestamp: number;
  lastUpdatePhyoffset: number;
}

/** Log offsets of the first and the last record that a file has entries of. */
export interface IndexRange {
  begin: number;
  end: number;
}

export interface KeyQuery {
  topic: string;
  key: string;
  maxMessages: number;
  begin: number;
  end: number;
}

export class MessageIndex {
  private files: IndexFile[] = [];
  /** Log offset of the last record whose entries the files had when they were opened. */
  private known = -1;
  /** How often records were taken back. */
  cuts = 0;

  constructor(private readonly options: MessageIndexOptions) {}

  get empty(): boolean {
    return this.files.length === 0;
  }

  get totalBytes(): number {
    const { slots, entries } = this.options.size;
    return this.files.length * indexFileBytes(slots, entries);
  }

  /** Records before this offset are in the index. */
  get endPhyOffset(): number {
    return this.files.at(-1)?.header.endPhyOffset ?? 0;
  }

  get endTimestamp(): number {
    return this.files.at(-1)?.header.endTimestamp ?? 0;
  }

  load(): void {
    const { directory, handles, size, warn } = this.options;
    for (const { name } of handles.files.readdir(directory)) {
      if (!INDEX_FILE_NAME.test(name)) continue;
      const path = join(directory, name);
      const expected = indexFileBytes(size.slots, size.entries);
      const found = handles.files.stat(path)?.size ?? 0;
      if (found !== expected) {
        warn(`${path} has ${found} bytes, not ${expected}: the index is removed`);
        this.removeAll();
        return;
      }
      const file = new IndexFile(path, size, handles);
      file.load();
      this.files.push(file);
    }
    this.dropBlank();
  }

  /** After a clean stop: entries of the records that it knows are not put again. */
  keepAll(): void {
    if (this.endPhyOffset > 0) this.known = this.endPhyOffset;
  }

  /** The log was read, and has no keys: a file says so. */
  begin(): void {
    if (this.empty) this.nextFile(undefined);
  }

  /** After a crash: entries of records from `offset` on will be put again. */
  cut(offset: number): void {
    this.known = -1;
    this.cuts++;
    while (this.files.length > 0) {
      const last = this.files[this.files.length - 1];
      if (last.header.beginPhyOffset < offset && last.header.indexCount > 1) {
        last.cut(offset);
        return;
      }
      this.remove(this.files.pop()!);
    }
  }

  /** IndexService.buildIndex. */
  put(message: Indexed): void {
    if (isRolledBack(message)) return;
    const { physicalOffset, storeTimestamp } = message;
    if (physicalOffset < this.endPhyOffset || physicalOffset <= this.known) return;
    const { keys } = message;
    if (keys.unique >= 0) this.putHash(keys.unique, physicalOffset, storeTimestamp);
    for (const hash of keys.words) this.putHash(hash, physicalOffset, storeTimestamp);
    if (keys.tag >= 0) this.putHash(keys.tag, physicalOffset, storeTimestamp);
  }

  /** Whether it takes keys of the message, if there are some. */
  takesAny(message: Indexed): boolean {
    return !isRolledBack(message);
  }

  /** Whether the message has a key; RocketMQ 4.9 has no tags in its index. */
  takes(message: Indexed): boolean {
    if (isRolledBack(message)) return false;
    return message.keys.unique >= 0 || message.keys.words.length > 0;
  }

  ranges(): IndexRange[] {
    return this.files
      .filter(({ header }) => header.indexCount > 1)
      .map(({ header }) => ({ begin: header.beginPhyOffset, end: header.endPhyOffset }));
  }

  /** Before what is lacking there is made: what comes next goes into a file behind it. */
  separate(): void {
    const last = this.files.at(-1);
    if (last && !last.full && last.header.indexCount > 1) this.nextFile(last);
  }

  /** Hashes of the keys that files have of the record, as their last or their first one. */
  borderKeys(physicalOffset: number): Promise<Set<number>> {
    return borderKeys(this.files, physicalOffset);
  }

  /** A file that is made elsewhere, for records that lie between those of others. */
  fileAt(path: string): IndexFile {
    const { handles, size } = this.options;
    const file = new IndexFile(path, size, handles);
    file.create(0, 0);
    return file;
  }

  /** Takes a file that was made elsewhere and is on the disk; false when no name is left for it. */
  adopt({ path, header }: IndexFile): boolean {
    const { directory, size, handles } = this.options;
    const before = this.files.findLastIndex(
      (file) => file.header.indexCount > 1 && file.header.beginPhyOffset <= header.beginPhyOffset,
    );
    const [left, right] = [this.files[before], this.files[before + 1]];
    const name = indexNameBetween(left && basename(left.path), right && basename(right.path));
    if (name === undefined) return false;
    const file = new IndexFile(join(directory, name), size, handles);
    handles.close(path);
    handles.files.rename(path, file.path);
    handles.files.syncDirectory(directory);
    file.load();
    this.files.splice(before + 1, 0, file);
    return true;
  }

  /** Newest file first, newest message first (IndexService.queryOffset). */
  async find(query: KeyQuery): Promise<IndexHits> {
    const hits: IndexHits = {
      physicalOffsets: [],
      lastUpdateTimestamp: this.endTimestamp,
      lastUpdatePhyoffset: this.endPhyOffset,
    };
    const keyHash = positiveHash(hashCode(`${query.topic}#${query.key}`));
    for (const file of [...this.files].reverse()) {
      const { beginTimestamp, endTimestamp } = file.header;
      if (query.begin <= endTimestamp && query.end >= beginTimestamp) {
        await collect(file, keyHash, query, hits.physicalOffsets);
      }
      if (beginTimestamp < query.begin) break;
      if (hits.physicalOffsets.length >= query.maxMessages) break;
    }
    return hits;
  }

  /** Writes the entries, also of files that became full; slots and header wait for a flush. */
  writePending(): void {
    for (const file of this.files) file.writeEntries();
  }

  async flush(): Promise<void> {
    for (const file of [...this.files]) {
      await file.flush();
      if (file !== this.files.at(-1)) file.seal();
    }
  }

  /** Removes the files whose messages are all gone, but never the last one. */
  deleteBefore(minOffset: number): number {
    let removed = 0;
    while (this.files.length > 1 && this.files[0].header.endPhyOffset < minOffset) {
      this.remove(this.files.shift()!);
      removed++;
    }
    return removed;
  }

  private putHash(hash: number, physicalOffset: number, storeTimestamp: number): void {
    let file = this.files.at(-1);
    if (!file || file.full) file = this.nextFile(file);
    file.put(hash, physicalOffset, storeTimestamp);
  }

  private nextFile(before: IndexFile | undefined): IndexFile {
    const { directory, handles, size } = this.options;
    handles.files.mkdirp(directory);
    let time = this.options.now();
    while (handles.files.exists(join(directory, indexFileName(time)))) time++;
    const file = new IndexFile(join(directory, indexFileName(time)), size, handles);
    file.create(before?.header.endPhyOffset ?? 0, before?.header.endTimestamp ?? 0);
    this.files.push(file);
    return file;
  }

  /**
   * A file among others whose header says that it is empty has lost it; searches would end there.
   * The last one may be new, but then it knows where it begins.
   */
  private dropBlank(): void {
    const last = this.files.at(-1);
    for (const file of this.files.length > 1 ? [...this.files] : []) {
      const { indexCount, beginTimestamp } = file.header;
      if (indexCount > 1 || (file === last && beginTimestamp > 0)) continue;
      this.options.warn(`${file.path} says that it holds nothing: removed`);
      this.files.splice(this.files.indexOf(file), 1);
      this.remove(file);
    }
  }

  /** Where one file is damaged: what it held can only be made in its place among the others. */
  private removeAll(): void {
    const { directory, handles } = this.options;
    for (const { name } of handles.files.readdir(directory)) {
      if (INDEX_FILE_NAME.test(name)) handles.files.unlink(join(directory, name));
    }
    for (const { path } of this.files.splice(0)) handles.close(path);
  }

  private remove(file: IndexFile): void {
    this.options.handles.close(file.path);
    this.options.handles.files.unlink(file.path);
  }
}

const isRolledBack = ({ sysFlag }: Indexed): boolean =>
  (sysFlag & SysFlag.TRANSACTION_MASK) === SysFlag.TRANSACTION_ROLLBACK;

/** IndexFile.selectPhyOffset. */
async function collect(
  file: IndexFile,
  keyHash: number,
  query: KeyQuery,
  into: number[],
): Promise<void> {
  let number = await file.head(keyHash);
  while (number > 0 && into.length < query.maxMessages) {
    const entry = await file.entry(number);
    if (!entry || entry.timeDiffSeconds < 0) return;
    const time = file.header.beginTimestamp + entry.timeDiffSeconds * 1000;
    if (entry.keyHash === keyHash && time >= query.begin && time <= query.end) {
      into.push(entry.physicalOffset);
    }
    if (entry.previous >= number || time < query.begin) return;
    number = entry.previous;
  }
}
