// The index from keys to messages: files in the order of their begin (IndexService).

import { basename, join } from 'node:path';
import type { Handles } from '../files/handles.js';
import type { Indexed } from '../format/record-scan.js';
import {
  INDEX_FILE_NAME,
  indexFileBytes,
  indexFileName,
  indexNameBetween,
} from '../format/index-layout.js';
import { SysFlag } from '../../protocol/flags.js';
import { IndexFile } from './index-file.js';
import type { IndexSize } from './index-file.js';
import { IndexNotes } from './index-notes.js';
import { type IndexHits, type KeyQuery, searchIndex } from './index-search.js';
import { headerFault } from './index-soundness.js';

export interface MessageIndexOptions {
  directory: string;
  /** Directory of the store, where it is noted which files are right. */
  root: string;
  size: IndexSize;
  handles: Handles;
  now: () => number;
  warn: (text: string) => void;
}

/** Log offsets of the first and the last record that a file has entries of. */
export interface IndexRange {
  begin: number;
  end: number;
}

export class MessageIndex {
  private files: IndexFile[] = [];
  /** Log offset of the last record whose entries the files had when they were opened. */
  private known = -1;
  /** How often records were taken back. */
  cuts = 0;
  /** Told of a file that holds something wrong. */
  suspect: (file: IndexFile, fault: string) => void = () => undefined;
  private readonly notes: IndexNotes;

  constructor(private readonly options: MessageIndexOptions) {
    const { root, handles, warn } = options;
    this.notes = new IndexNotes(root, handles.files, warn);
  }

  get all(): readonly IndexFile[] {
    return this.files;
  }

  get empty(): boolean {
    return this.files.length === 0;
  }

  get totalBytes(): number {
    return this.files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Records before this offset are in the index. */
  get endPhyOffset(): number {
    return this.files.at(-1)?.header.endPhyOffset ?? 0;
  }

  get endTimestamp(): number {
    return this.files.at(-1)?.header.endTimestamp ?? 0;
  }

  load(): void {
    this.notes.load();
    const { directory, handles, size, warn } = this.options;
    const names = handles.files
      .readdir(directory)
      .filter(({ name, isDirectory }) => !isDirectory && INDEX_FILE_NAME.test(name));
    const expected = indexFileBytes(size.slots, size.entries);
    for (const { name } of names) {
      const file = new IndexFile(join(directory, name), size, handles);
      const found = handles.files.stat(file.path)?.size ?? 0;
      if (found !== expected) {
        warn(`${file.path} has ${found} bytes, not ${expected}: it is removed`);
        this.remove(file);
        continue;
      }
      file.load();
      file.sound = this.notes.isSound(file);
      this.files.push(file);
    }
    this.dropBlank();
  }

  /**
   * Removes files whose header does not fit their entries, their neighbours, or what `more` knows;
   * whether there were some. Those that nobody has changed since they were looked through stay.
   */
  dropUnsound(more: (file: IndexFile) => string | undefined): boolean {
    let dropped = false;
    let end = 0;
    for (const file of [...this.files]) {
      const out = file.header.indexCount > 1 && file.header.beginPhyOffset < end;
      const fault = file.sound && !out ? undefined : (headerFault(file, end) ?? more(file));
      if (fault === undefined) {
        end = Math.max(end, file.header.endPhyOffset);
        continue;
      }
      this.options.warn(`${file.path} is damaged (${fault}): removed`);
      this.drop(file);
      dropped = true;
    }
    return dropped;
  }

  has(file: IndexFile): boolean {
    return this.files.includes(file);
  }

  /** Takes out a file that is damaged; the part of the log whose keys are gone with it. */
  takeOut(file: IndexFile): { from: number; end: number } {
    const at = this.files.indexOf(file);
    if (at === this.files.length - 1) this.nextFile(file);
    const before = this.files.slice(0, at).findLast(isFilled);
    const behind = this.files.slice(at + 1).find(isFilled);
    this.drop(file);
    const from = before?.header.endPhyOffset ?? 0;
    return { from, end: behind?.header.beginPhyOffset ?? this.endPhyOffset + 1 };
  }

  /** Notes which files are right, after they were flushed. */
  note(): void {
    this.notes.save(this.files);
  }

  /** After a clean stop: entries of the records that it knows are not put again. */
  keepAll(): void {
    if (this.ranges().length > 0) this.known = this.endPhyOffset;
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
      .filter(isFilled)
      .map(({ header }) => ({ begin: header.beginPhyOffset, end: header.endPhyOffset }));
  }

  /** Before what is lacking there is made: what comes next goes into a file behind it. */
  separate(): void {
    const last = this.files.at(-1);
    if (last && !last.full && last.header.indexCount > 1) this.nextFile(last);
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
    file.sound = true;
    this.files.splice(before + 1, 0, file);
    return true;
  }

  find(query: KeyQuery): Promise<IndexHits> {
    const { files, suspect } = this;
    return searchIndex({ files, has: (file) => this.has(file), suspect }, query);
  }

  /** Writes the entries, also of files that became full; slots and header wait for a flush. */
  writePending(): void {
    for (const file of this.files) file.writeEntries();
  }

  async flush(): Promise<void> {
    for (const file of [...this.files]) {
      try {
        await file.flush();
      } catch (error) {
        if (!this.has(file)) continue;
        throw error;
      }
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
      this.drop(file);
    }
  }

  private drop(file: IndexFile): void {
    this.files.splice(this.files.indexOf(file), 1);
    this.remove(file);
  }

  private remove(file: IndexFile): void {
    this.options.handles.close(file.path);
    this.options.handles.files.unlink(file.path);
  }
}

export const isFilled = ({ header }: IndexFile): boolean => header.indexCount > 1;

const isRolledBack = ({ sysFlag }: Indexed): boolean =>
  (sysFlag & SysFlag.TRANSACTION_MASK) === SysFlag.TRANSACTION_ROLLBACK;
