// A disk in memory that tells before each change of it, so that a test can take the files as a stop
// at that very moment leaves them, also those with a part of a write.

import { basename, dirname, join } from 'node:path';
import type { AtomicTextOptions, FileLock, OpenMode } from '../../../src/base/files.js';
import { MemoryFiles } from '../memory-files.js';

/** Does a part of the change to a copy of the files. */
export type Part = (files: MemoryFiles) => void;

export interface Step {
  /** `write consumequeue/T/0/00000000000000000000 20+40`. */
  what: string;
  /** Only a power loss tells it from the step behind. */
  sync: boolean;
  /** Ways in which it may be half done. */
  parts: readonly { what: string; part: Part }[];
}

const NO_PARTS: readonly never[] = [];
/** Bytes of a write that reach the file: of a head, of an entry, nearly all. */
const CUTS = [1, 8, 20];

export class SteppingFiles extends MemoryFiles {
  onStep: (step: Step) => void = () => undefined;
  /** Names of a folder that is removed go in the other order. */
  reversed = false;

  override openSync(path: string, mode: OpenMode): number {
    const creates = !this.files.has(path) && !mode.startsWith('r');
    if (creates || (mode.startsWith('w') && this.files.get(path)!.size > 0)) {
      this.step(`${creates ? 'create' : 'empty'} ${path}`);
    }
    return super.openSync(path, mode);
  }

  override writevSync(fd: number, buffers: readonly Buffer[], position: number): void {
    const path = this.path(fd);
    const bytes = Buffer.concat(buffers);
    const cuts = [...new Set([...CUTS, bytes.length >> 1, bytes.length - 1])];
    const parts = cuts
      .filter((cut) => cut > 0 && cut < bytes.length)
      .map((cut) => ({
        what: `${cut} bytes of it`,
        part: (files: MemoryFiles) => files.poke(path, position, bytes.subarray(0, cut)),
      }));
    this.step(`write ${path} ${position}+${bytes.length}`, parts);
    super.writevSync(fd, buffers, position);
  }

  override ftruncate(fd: number, size: number): void {
    this.step(`truncate ${this.path(fd)} to ${size}`);
    super.ftruncate(fd, size);
  }

  override async fdatasync(fd: number): Promise<void> {
    await Promise.resolve();
    this.fdatasyncSync(fd);
  }

  override fdatasyncSync(fd: number): void {
    this.step(`flush ${this.path(fd)}`, NO_PARTS, true);
    super.fdatasyncSync(fd);
  }

  override mkdirp(path: string): void {
    if (this.directories.has(path)) return;
    if (path !== '/') this.mkdirp(dirname(path));
    this.step(`mkdir ${path}`);
    super.mkdirp(path);
  }

  override rename(from: string, to: string): void {
    this.step(`rename ${from} to ${basename(to)}`);
    super.rename(from, to);
  }

  override unlink(path: string): void {
    if (this.files.has(path)) this.step(`unlink ${path}`);
    super.unlink(path);
  }

  override rmdir(path: string): void {
    if (!this.directories.has(path)) return;
    const names = this.readdir(path);
    if (this.reversed) names.reverse();
    for (const { name, isDirectory } of names) {
      if (isDirectory) this.rmdir(join(path, name));
      else this.unlink(join(path, name));
    }
    this.step(`rmdir ${path}`);
    super.rmdir(path);
  }

  override touch(path: string): void {
    this.step(`touch ${path}`);
    super.touch(path);
  }

  /** In the steps of `src/base/atomic-text.ts`. */
  override writeTextAtomic(
    path: string,
    text: string | Uint8Array,
    options: AtomicTextOptions = {},
  ): void {
    this.mkdirp(dirname(path));
    this.replaceText(path, `${path}.tmp`, text, options);
  }

  override async saveText(
    path: string,
    text: string,
    options: AtomicTextOptions = {},
  ): Promise<void> {
    this.mkdirp(dirname(path));
    await Promise.resolve();
    this.replaceText(path, `${path}.tmp2`, text, options);
  }

  override lockFile(path: string): FileLock {
    this.mkdirp(dirname(path));
    if (this.readText(path) !== 'lock') this.writeWhole(path, 'lock');
    return super.lockFile(path);
  }

  private replaceText(
    path: string,
    beside: string,
    text: string | Uint8Array,
    { backup }: AtomicTextOptions,
  ): void {
    this.writeWhole(beside, text);
    if (backup && this.files.has(path)) {
      this.unlink(`${path}.bak.tmp`);
      this.step(`link ${path} as .bak.tmp`);
      this.files.set(`${path}.bak.tmp`, this.files.get(path)!);
      this.rename(`${path}.bak.tmp`, `${path}.bak`);
    }
    this.rename(beside, path);
  }

  private writeWhole(path: string, text: string | Uint8Array): void {
    const fd = this.openSync(path, 'w');
    const bytes = Buffer.from(text);
    if (bytes.length > 0) this.writeSync(fd, bytes, 0, bytes.length, 0);
    this.fdatasyncSync(fd);
    this.closeSync(fd);
  }

  private step(what: string, parts: Step['parts'] = NO_PARTS, sync = false): void {
    this.onStep({ what, sync, parts });
  }
}
