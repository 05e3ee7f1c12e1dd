// The disk as the product sees it: one interface, so that tests can inject faults, and the real one.

import {
  closeSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { takeLock, type FileLock } from './lock-file.js';

export interface FileStat {
  size: number;
  mtimeMs: number;
  isDirectory: boolean;
}

export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
}

export interface FileSystem {
  openSync(path: string, flags: 'r' | 'r+' | 'w+' | 'a'): number;
  closeSync(fd: number): void;
  readSync(fd: number, into: Buffer, offset: number, length: number, position: number): number;
  writeSync(fd: number, from: Buffer, offset: number, length: number, position: number): number;
  writevSync(fd: number, buffers: readonly Buffer[], position: number): number;
  /** Off the event loop; resolves to the bytes read, 0 at the end of the file. */
  read(
    fd: number,
    into: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number>;
  /** Off the event loop. */
  fdatasync(fd: number): Promise<void>;
  fdatasyncSync(fd: number): void;
  ftruncateSync(fd: number, length: number): void;
  /** Names in a directory, sorted; empty when there is none. */
  readdir(path: string): string[];
  exists(path: string): boolean;
  stat(path: string): FileStat | undefined;
  mkdirp(path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file; nothing when it is gone already. */
  unlink(path: string): void;
  /** Removes a directory with all it holds; nothing when it is gone already. */
  removeTree(path: string): void;
  statfs(path: string): DiskSpace;
  /** The whole text, or undefined when there is no such file. */
  readText(path: string): string | undefined;
  /** Writes beside the file, syncs and renames: a reader sees the old text or the new. */
  writeTextAtomic(path: string, text: string): void;
  /** Takes the lock of a directory for this process; throws STORE_LOCKED naming the holder. */
  lockFile(path: string): FileLock;
}

function readAsync(
  fd: number,
  into: Buffer,
  offset: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, offset, length, position, (error, bytes) => {
      if (error) reject(error);
      else resolve(bytes);
    });
  });
}

function writeTextAtomic(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.tmp`;
  const fd = openSync(beside, 'w');
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, path);
}

export const systemFiles: FileSystem = {
  openSync: (path, flags) => openSync(path, flags),
  closeSync,
  readSync: (fd, into, offset, length, position) => readSync(fd, into, offset, length, position),
  writeSync: (fd, from, offset, length, position) => writeSync(fd, from, offset, length, position),
  writevSync: (fd, buffers, position) => writevSync(fd, buffers, position),
  read: readAsync,
  fdatasync: (fd) =>
    new Promise((resolve, reject) => {
      fdatasync(fd, (error) => (error ? reject(error) : resolve()));
    }),
  fdatasyncSync,
  ftruncateSync,
  readdir: (path) => (existsSync(path) ? readdirSync(path).sort() : []),
  exists: existsSync,
  stat(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return (
      found && { size: found.size, mtimeMs: found.mtimeMs, isDirectory: found.isDirectory() }
    );
  },
  mkdirp: (path) => void mkdirSync(path, { recursive: true }),
  rename: renameSync,
  unlink(path) {
    if (existsSync(path)) unlinkSync(path);
  },
  removeTree: (path) => rmSync(path, { recursive: true, force: true }),
  statfs(path) {
    const space = statfsSync(path);
    return { totalBytes: space.blocks * space.bsize, freeBytes: space.bavail * space.bsize };
  },
  readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  writeTextAtomic,
  lockFile: takeLock,
};
