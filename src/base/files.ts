// The disk as the product sees it. Tests replace it with one that keeps files in memory or fails.

import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { type AtomicTextOptions, atomicTexts } from './atomic-text.js';
import { lockFile } from './file-lock.js';
import type { FileLock } from './file-lock.js';
import { makeDirectory } from './make-directory.js';

export type { AtomicTextOptions } from './atomic-text.js';
export type { FileLock } from './file-lock.js';

/** 'r' read, 'r+' read and write, 'w+' create or empty, 'a' append, 'wx' create exclusively. */
export type OpenMode = 'r' | 'r+' | 'w' | 'w+' | 'wx' | 'wx+' | 'a' | 'a+';

export interface FileStat {
  size: number;
  /** Bytes that the disk really holds: less than `size` for a sparse file. */
  allocatedBytes: number;
  mtimeMs: number;
  isDirectory: boolean;
}

export interface DirectoryEntry {
  name: string;
  isDirectory: boolean;
}

export interface DiskSpace {
  totalBytes: number;
  availableBytes: number;
  /** Used part of what can be used, rounded up to hundredths as RocketMQ does. */
  usedRatio: number;
}

export interface FileSystem {
  openSync(path: string, mode: OpenMode): number;
  closeSync(fd: number): void;
  /** Reads until `length` or the end of the file; the bytes read. */
  readSync(fd: number, buffer: Buffer, offset: number, length: number, position: number): number;
  /** Writes all or throws. */
  writeSync(fd: number, buffer: Buffer, offset: number, length: number, position: number): void;
  /** Writes all buffers one after the other from `position`, or throws. */
  writevSync(fd: number, buffers: readonly Buffer[], position: number): void;
  /** As `readSync`, off the event loop. */
  pread(
    fd: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number>;
  /** Off the event loop. */
  fdatasync(fd: number): Promise<void>;
  fdatasyncSync(fd: number): void;
  ftruncate(fd: number, size: number): void;
  fstat(fd: number): FileStat;
  /** Undefined when there is no such file. */
  stat(path: string): FileStat | undefined;
  exists(path: string): boolean;
  /** By name; empty when there is no such directory. */
  readdir(path: string): DirectoryEntry[];
  mkdirp(path: string): void;
  rename(from: string, to: string): void;
  /** Nothing happens when the file is gone already. */
  unlink(path: string): void;
  rmdir(path: string, options?: { recursive?: boolean }): void;
  /** Makes names that were created, renamed or removed in a directory durable. */
  syncDirectory(path: string): void;
  /** Sets the modification time to now. */
  touch(path: string): void;
  /** Undefined when there is no such file. */
  readText(path: string): string | undefined;
  /** Of the nearest directory above that exists. */
  statfs(path: string): DiskSpace;
  /** Rewrites a small text as a whole: a crash leaves the old or the new one. */
  writeTextAtomic(path: string, text: string | Uint8Array, options?: AtomicTextOptions): void;
  /** As `writeTextAtomic`, off the event loop; of several under way the newest wins. */
  saveText(path: string, text: string, options?: AtomicTextOptions): Promise<void>;
  /** Takes the `lock` file of a directory; throws STORE_LOCKED naming the holder. */
  lockFile(path: string): FileLock;
}

/** Most buffers that one writev(2) takes. */
const IOV_MAX = 1024;

const texts = atomicTexts();

export const realFiles: FileSystem = {
  openSync: (path, mode) => fs.openSync(path, mode),
  closeSync: (fd) => fs.closeSync(fd),
  readSync,
  writeSync,
  writevSync,
  pread,
  fdatasync: (fd) =>
    new Promise((resolve, reject) => {
      fs.fdatasync(fd, (error) => (error ? reject(error) : resolve()));
    }),
  fdatasyncSync: (fd) => fs.fdatasyncSync(fd),
  ftruncate: (fd, size) => fs.ftruncateSync(fd, size),
  fstat: (fd) => statOf(fs.fstatSync(fd)),
  stat(path) {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    return found && statOf(found);
  },
  exists: (path) => fs.existsSync(path),
  readdir: (path) =>
    (unlessMissing(() => fs.readdirSync(path, { withFileTypes: true })) ?? [])
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  mkdirp: makeDirectory,
  rename: (from, to) => fs.renameSync(from, to),
  unlink(path) {
    unlessMissing(() => fs.unlinkSync(path));
  },
  rmdir(path, options) {
    if (options?.recursive) fs.rmSync(path, { recursive: true, force: true });
    else unlessMissing(() => fs.rmdirSync(path));
  },
  syncDirectory,
  touch(path) {
    const now = new Date();
    fs.utimesSync(path, now, now);
  },
  readText: (path) => unlessMissing(() => fs.readFileSync(path, 'utf8')),
  statfs,
  writeTextAtomic: texts.write,
  saveText: texts.save,
  lockFile: (path) => lockFile(path),
};

function statOf(stat: fs.Stats): FileStat {
  return {
    size: stat.size,
    allocatedBytes: (stat.blocks ?? 0) * 512,
    mtimeMs: stat.mtimeMs,
    isDirectory: stat.isDirectory(),
  };
}

function readSync(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const read = fs.readSync(fd, buffer, offset + done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function writeSync(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
): void {
  let done = 0;
  while (done < length) {
    done += fs.writeSync(fd, buffer, offset + done, length - done, position + done);
  }
}

function writevSync(fd: number, buffers: readonly Buffer[], position: number): void {
  if (buffers.length === 1) {
    writeSync(fd, buffers[0], 0, buffers[0].length, position);
    return;
  }
  let at = position;
  for (let first = 0; first < buffers.length; first += IOV_MAX) {
    at = writeGroup(fd, buffers.slice(first, first + IOV_MAX), at);
  }
}

/** One writev(2); what it leaves is written buffer by buffer. The position behind the group. */
function writeGroup(fd: number, group: readonly Buffer[], position: number): number {
  let total = 0;
  for (const buffer of group) total += buffer.length;
  let done = total === 0 ? 0 : fs.writevSync(fd, group, position);
  if (done === total) return position + total;
  let start = 0;
  for (const buffer of group) {
    const skip = Math.max(0, done - start);
    if (skip < buffer.length) {
      writeSync(fd, buffer, skip, buffer.length - skip, position + start + skip);
      done = start + buffer.length;
    }
    start += buffer.length;
  }
  return position + total;
}

async function pread(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const read = await readOnce(fd, buffer, offset + done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function readOnce(
  fd: number,
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, buffer, offset, length, position, (error, read) =>
      error ? reject(error) : resolve(read),
    );
  });
}

function syncDirectory(path: string): void {
  if (process.platform === 'win32') return; // directories cannot be opened there
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    fs.closeSync(fd);
  }
}

function statfs(path: string): DiskSpace {
  let existing = path;
  while (!fs.existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const found = fs.statfsSync(existing);
  const used = found.blocks - found.bfree;
  const entire = used + found.bavail;
  return {
    totalBytes: found.blocks * found.bsize,
    availableBytes: found.bavail * found.bsize,
    usedRatio: entire === 0 ? 0 : Math.ceil((used * 100) / entire) / 100,
  };
}

function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
