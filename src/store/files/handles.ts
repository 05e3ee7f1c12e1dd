// Open files of the store, at most `limit` of them: the ones that were used longest ago are closed.

import type { FileSystem } from '../../base/files.js';

interface Handle {
  fd: number;
  /** Reads and syncs off the loop that are under way. */
  users: number;
  /** Closed as soon as the last user is gone. */
  closing: boolean;
}

export class Handles {
  private readonly open = new Map<string, Handle>();
  private newest = '';

  constructor(
    readonly files: FileSystem,
    private readonly limit: number,
    private readonly mode: 'r' | 'r+' = 'r+',
  ) {}

  /** A descriptor for use until the current function returns. */
  fd(path: string): number {
    return this.handle(path).fd;
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
    this.keep(path, { fd, users: 0, closing: false });
  }

  async using<T>(path: string, work: (fd: number) => Promise<T>): Promise<T> {
    const handle = this.handle(path);
    handle.users++;
    try {
      return await work(handle.fd);
    } finally {
      handle.users--;
      if (handle.closing && handle.users === 0) this.files.closeSync(handle.fd);
    }
  }

  close(path: string): void {
    const handle = this.open.get(path);
    if (!handle) return;
    this.open.delete(path);
    if (this.newest === path) this.newest = '';
    if (handle.users === 0) this.files.closeSync(handle.fd);
    else handle.closing = true;
  }

  closeAll(): void {
    for (const path of [...this.open.keys()]) this.close(path);
  }

  private handle(path: string): Handle {
    const known = this.open.get(path);
    if (known) {
      if (path !== this.newest) {
        this.open.delete(path);
        this.open.set(path, known);
        this.newest = path;
      }
      return known;
    }
    const handle = { fd: this.files.openSync(path, this.mode), users: 0, closing: false };
    this.keep(path, handle);
    return handle;
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
