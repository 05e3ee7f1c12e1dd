// Open files of the store, at most `limit` of them: the ones that were used longest ago are closed.

import type { FileSystem } from '../../base/files.js';

interface Handle {
  fd: number;
  /** Reads and syncs off the loop that are under way. */
  users: number;
  /** Closed as soon as the last user is gone. */
  closing: boolean;
  writable: boolean;
}

/** The disk takes no changes: what it holds can be read all the same. */
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);

export class Handles {
  private readonly open = new Map<string, Handle>();
  private newest = '';

  constructor(
    readonly files: FileSystem,
    private readonly limit: number,
    private readonly mode: 'r' | 'r+' = 'r+',
  ) {}

  /** A descriptor to read from, for use until the current function returns. */
  fd(path: string): number {
    return this.handle(path, false).fd;
  }

  /** As `fd`, to read from and to change the file. */
  writable(path: string): number {
    return this.handle(path, true).fd;
  }

  /** Creates a file of `size` bytes; it takes no room on the disk until it is written. */
  create(path: string, size: number): void {
    const fd = this.files.openSync(path, 'w+');
    try {
      this.files.ftruncate(fd, size);
    } catch (error) {
      this.files.closeSync(fd);
      throw error;
    }
    this.keep(path, { fd, users: 0, closing: false, writable: true });
  }

  /** As `fd`, until the work is done. */
  async using<T>(path: string, work: (fd: number) => Promise<T>): Promise<T> {
    return this.use(this.handle(path, false), work);
  }

  async flush(path: string): Promise<void> {
    await this.use(this.handle(path, true), (fd) => this.files.fdatasync(fd));
  }

  close(path: string): void {
    const handle = this.open.get(path);
    if (!handle) return;
    this.open.delete(path);
    if (this.newest === path) this.newest = '';
    if (handle.users === 0) this.files.closeSync(handle.fd);
    else handle.closing = true;
  }

  /** For a moment in which much depends on it. */
  flushSync(paths: readonly string[]): void {
    for (const path of paths) this.files.fdatasyncSync(this.writable(path));
  }

  closeAll(): void {
    for (const path of [...this.open.keys()]) this.close(path);
  }

  private async use<T>(handle: Handle, work: (fd: number) => Promise<T>): Promise<T> {
    handle.users++;
    try {
      return await work(handle.fd);
    } finally {
      handle.users--;
      if (handle.closing && handle.users === 0) this.files.closeSync(handle.fd);
    }
  }

  private handle(path: string, toWrite: boolean): Handle {
    const known = this.open.get(path);
    if (known && (known.writable || !toWrite)) {
      if (path !== this.newest) {
        this.open.delete(path);
        this.open.set(path, known);
        this.newest = path;
      }
      return known;
    }
    const handle = this.openFile(path, toWrite);
    this.keep(path, handle);
    return handle;
  }

  private openFile(path: string, toWrite: boolean): Handle {
    const state = { users: 0, closing: false };
    try {
      const fd = this.files.openSync(path, this.mode);
      return { ...state, fd, writable: this.mode !== 'r' };
    } catch (error) {
      if (toWrite || !READ_ONLY.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return { ...state, fd: this.files.openSync(path, 'r'), writable: false };
    }
  }

  private keep(path: string, handle: Handle): void {
    this.close(path);
    this.open.set(path, handle);
    this.newest = path;
    if (this.open.size <= this.limit) return;
    for (const [oldest, { users }] of this.open) {
      if (users > 0 || oldest === path) continue;
      this.close(oldest);
      return;
    }
  }
}
