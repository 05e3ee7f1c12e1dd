// A disk in memory that knows what was flushed: it can lose power, run full, and fail on demand.

import { dirname } from 'node:path';
import { MqError } from '../../src/base/errors.js';
import type { FileStat, FileSystem, OpenMode } from '../../src/base/files.js';

const PAGE_BYTES = 4096;
const SECTOR_BYTES = 512;

interface MemoryFile {
  size: number;
  mtimeMs: number;
  pages: Map<number, Buffer>;
  /** Pages as the disk has them; those missing are zeros. */
  durable: Map<number, Buffer>;
  dirty: Set<number>;
}

export type Operation = 'open' | 'write' | 'fdatasync' | 'truncate' | 'read' | 'unlink';

export class MemoryFiles implements FileSystem {
  /** Throws to make an operation fail. */
  fault: (operation: Operation, path: string) => void = () => undefined;
  /** Pages that fit on the disk. */
  capacityPages = Infinity;
  usedRatio = 0.1;
  now = () => 0;
  readonly writes: { path: string; position: number; length: number }[] = [];
  protected readonly files = new Map<string, MemoryFile>();
  protected readonly directories = new Set<string>(['/']);
  private readonly open = new Map<number, string>();
  private readonly locks = new Set<string>();
  private nextFd = 3;

  /** What is on the disk when the power comes back: unflushed pages are there, gone, or torn. */
  afterPowerLoss(random: () => number): MemoryFiles {
    const after = new MemoryFiles();
    for (const directory of this.directories) after.directories.add(directory);
    for (const [path, file] of this.files) {
      const pages = new Map(file.durable);
      for (const number of file.dirty) {
        const chance = random();
        const page = file.pages.get(number);
        if (chance < 0.4 || !page) continue;
        pages.set(number, chance < 0.8 ? page : torn(page, pages.get(number), random));
      }
      after.files.set(path, { ...file, pages, durable: new Map(pages), dirty: new Set() });
    }
    return after;
  }

  /** What a process finds that starts after another was killed. Pages are never changed in place. */
  afterKill<T extends MemoryFiles>(after: T = new MemoryFiles() as T): T {
    for (const directory of this.directories) after.directories.add(directory);
    const copies = new Map<MemoryFile, MemoryFile>();
    for (const [path, file] of this.files) {
      const { pages, durable, dirty } = file;
      const own = { pages: new Map(pages), durable: new Map(durable), dirty: new Set(dirty) };
      const copy = copies.get(file) ?? { ...file, ...own };
      copies.set(file, copy); // a file of two names stays one
      after.files.set(path, copy);
    }
    return after;
  }

  paths(): string[] {
    return [...this.files.keys()].sort();
  }

  /** Changes bytes of a file as a fault of the disk would. */
  poke(path: string, position: number, bytes: Buffer): void {
    this.writeInto(this.file(path), bytes, position);
  }

  openSync(path: string, mode: OpenMode): number {
    this.fault('open', path);
    const known = this.files.get(path);
    if (!known && mode.startsWith('r')) throw failure('ENOENT', path);
    if (!known || mode.startsWith('w')) {
      this.files.set(path, {
        size: 0,
        mtimeMs: this.now(),
        pages: new Map(),
        durable: new Map(),
        dirty: new Set(),
      });
    }
    this.open.set(this.nextFd, path);
    return this.nextFd++;
  }

  closeSync(fd: number): void {
    this.open.delete(fd);
  }

  readSync(fd: number, buffer: Buffer, offset: number, length: number, position: number): number {
    const path = this.path(fd);
    this.fault('read', path);
    const file = this.file(path);
    const count = Math.max(0, Math.min(length, file.size - position));
    for (let done = 0; done < count;) {
      const at = position + done;
      const inPage = at % PAGE_BYTES;
      const step = Math.min(PAGE_BYTES - inPage, count - done);
      const page = file.pages.get(Math.floor(at / PAGE_BYTES));
      if (page) page.copy(buffer, offset + done, inPage, inPage + step);
      else buffer.fill(0, offset + done, offset + done + step);
      done += step;
    }
    return count;
  }

  writeSync(fd: number, buffer: Buffer, offset: number, length: number, position: number): void {
    this.writevSync(fd, [buffer.subarray(offset, offset + length)], position);
  }

  writevSync(fd: number, buffers: readonly Buffer[], position: number): void {
    const path = this.path(fd);
    const bytes = Buffer.concat(buffers);
    this.fault('write', path);
    this.writes.push({ path, position, length: bytes.length });
    const file = this.file(path);
    file.mtimeMs = this.now();
    this.writeInto(file, bytes, position);
  }

  async pread(
    fd: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<number> {
    await Promise.resolve();
    return this.readSync(fd, buffer, offset, length, position);
  }

  async fdatasync(fd: number): Promise<void> {
    const path = this.path(fd);
    await Promise.resolve();
    this.sync(path);
  }

  fdatasyncSync(fd: number): void {
    this.sync(this.path(fd));
  }

  ftruncate(fd: number, size: number): void {
    const path = this.path(fd);
    this.fault('truncate', path);
    const file = this.file(path);
    const last = Math.floor(size / PAGE_BYTES);
    for (const pages of [file.pages, file.durable]) {
      for (const number of [...pages.keys()]) {
        if (number > last || (number === last && size % PAGE_BYTES === 0)) pages.delete(number);
      }
      const cut = pages.get(last);
      if (cut && size < file.size) pages.set(last, zeroFrom(cut, size % PAGE_BYTES));
    }
    file.size = size;
  }

  fstat(fd: number): FileStat {
    return this.stat(this.path(fd))!;
  }

  stat(path: string): FileStat | undefined {
    const file = this.files.get(path);
    if (file) {
      const { size, mtimeMs, pages } = file;
      return { size, mtimeMs, allocatedBytes: pages.size * PAGE_BYTES, isDirectory: false };
    }
    if (!this.directories.has(path)) return undefined;
    return { size: 0, mtimeMs: 0, allocatedBytes: 0, isDirectory: true };
  }

  exists(path: string): boolean {
    return this.stat(path) !== undefined;
  }

  readdir(path: string): { name: string; isDirectory: boolean }[] {
    const names = new Map<string, boolean>();
    for (const known of [...this.files.keys(), ...this.directories]) {
      if (dirname(known) === path && known !== path) {
        names.set(known.slice(path.length).replace(/^\//, ''), this.directories.has(known));
      }
    }
    return [...names]
      .map(([name, isDirectory]) => ({ name, isDirectory }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  mkdirp(path: string): void {
    for (let at = path; !this.directories.has(at); at = dirname(at)) this.directories.add(at);
  }

  rename(from: string, to: string): void {
    this.files.set(to, this.file(from));
    this.files.delete(from);
  }

  unlink(path: string): void {
    this.fault('unlink', path);
    this.files.delete(path);
  }

  rmdir(path: string): void {
    const inside = (known: string): boolean => known === path || known.startsWith(`${path}/`);
    for (const known of [...this.files.keys()].filter(inside)) this.files.delete(known);
    for (const known of [...this.directories].filter(inside)) this.directories.delete(known);
  }

  syncDirectory(): void {}

  touch(path: string): void {
    this.file(path).mtimeMs = this.now();
  }

  readText(path: string): string | undefined {
    const file = this.files.get(path);
    if (!file) return undefined;
    const fd = this.openSync(path, 'r');
    const bytes = Buffer.alloc(file.size);
    this.readSync(fd, bytes, 0, file.size, 0);
    this.closeSync(fd);
    return bytes.toString();
  }

  statfs(): { totalBytes: number; availableBytes: number; usedRatio: number } {
    return {
      totalBytes: 1e12,
      availableBytes: 1e12 * (1 - this.usedRatio),
      usedRatio: this.usedRatio,
    };
  }

  writeTextAtomic(path: string, text: string): void {
    const fd = this.openSync(path, 'w');
    const bytes = Buffer.from(text);
    this.writeSync(fd, bytes, 0, bytes.length, 0);
    this.fdatasyncSync(fd);
    this.closeSync(fd);
  }

  async saveText(path: string, text: string): Promise<void> {
    this.writeTextAtomic(path, text);
  }

  lockFile(path: string): { refresh(): void; release(): void } {
    if (this.locks.has(path)) throw new MqError('STORE_LOCKED', { path, holder: 'this one' });
    this.locks.add(path);
    return { refresh() {}, release: () => void this.locks.delete(path) };
  }

  private sync(path: string): void {
    const file = this.file(path);
    try {
      this.fault('fdatasync', path);
    } catch (error) {
      file.dirty.clear(); // as Linux does: the pages count as clean, and never reach the disk
      throw error;
    }
    for (const number of file.dirty) file.durable.set(number, Buffer.from(file.pages.get(number)!));
    file.dirty.clear();
  }

  private writeInto(file: MemoryFile, bytes: Buffer, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const at = position + done;
      const number = Math.floor(at / PAGE_BYTES);
      const inPage = at % PAGE_BYTES;
      const step = Math.min(PAGE_BYTES - inPage, bytes.length - done);
      let page = file.pages.get(number);
      if (!page) {
        if (this.usedPages() >= this.capacityPages) throw failure('ENOSPC', 'write');
        page = Buffer.alloc(PAGE_BYTES);
      } else page = Buffer.from(page);
      bytes.copy(page, inPage, done, done + step);
      file.pages.set(number, page);
      file.dirty.add(number);
      done += step;
      file.size = Math.max(file.size, at + step);
    }
  }

  private usedPages(): number {
    if (this.capacityPages === Infinity) return 0;
    let used = 0;
    for (const { pages } of this.files.values()) used += pages.size;
    return used;
  }

  protected path(fd: number): string {
    const path = this.open.get(fd);
    if (path === undefined) throw failure('EBADF', String(fd));
    return path;
  }

  private file(path: string): MemoryFile {
    const file = this.files.get(path);
    if (!file) throw failure('ENOENT', path);
    return file;
  }
}

export function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function zeroFrom(page: Buffer, from: number): Buffer {
  const copy = Buffer.from(page);
  copy.fill(0, from);
  return copy;
}

/** Some sectors of the new page, the others as they were. */
function torn(page: Buffer, before: Buffer | undefined, random: () => number): Buffer {
  const mixed = before ? Buffer.from(before) : Buffer.alloc(PAGE_BYTES);
  for (let at = 0; at < PAGE_BYTES; at += SECTOR_BYTES) {
    if (random() < 0.5) page.copy(mixed, at, at, at + SECTOR_BYTES);
  }
  return mixed;
}
