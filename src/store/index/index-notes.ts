// Which files of the index are known to be right, in `index.json`: they were made here or looked
// through, and nobody has written to them since. RocketMQ ignores it.

import { basename, join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { describeError } from '../../base/log.js';
import type { IndexFile } from './index-file.js';

const NAME = 'index.json';

interface Kept {
  /** By name: when the file was written, and how many entries it had. */
  sound: Record<string, [mtimeMs: number, indexCount: number]>;
}

export class IndexNotes {
  private kept: Kept['sound'] = {};
  private text: string | undefined = '';

  constructor(
    private readonly root: string,
    private readonly files: FileSystem,
    private readonly warn: (text: string) => void,
  ) {}

  load(): void {
    const path = join(this.root, NAME);
    try {
      this.text = this.files.readText(path);
      if (!this.text) return;
      this.kept = (JSON.parse(this.text) as Partial<Kept>).sound ?? {};
    } catch (error) {
      this.warn(`${path} cannot be read: ${describeError(error)}; the index is looked through`);
    }
  }

  isSound({ path, header }: IndexFile): boolean {
    const [mtimeMs, indexCount] = this.kept[basename(path)] ?? [];
    if (mtimeMs === undefined || indexCount !== header.indexCount) return false;
    // a file system that keeps no times has 0
    return mtimeMs > 0 && mtimeMs === this.files.stat(path)?.mtimeMs;
  }

  /** After a flush. Without it files are only looked through once more. */
  save(files: readonly IndexFile[]): void {
    const sound: Kept['sound'] = {};
    for (const { path, header, sound: isSound } of files) {
      const found = isSound ? this.files.stat(path) : undefined;
      if (found) sound[basename(path)] = [found.mtimeMs, header.indexCount];
    }
    const text = JSON.stringify({ sound } satisfies Kept);
    if (text === this.text) return;
    const path = join(this.root, NAME);
    try {
      this.files.writeTextAtomic(path, text);
      this.text = text;
    } catch (error) {
      this.warn(`${path} cannot be written: ${describeError(error)}`);
    }
  }
}
