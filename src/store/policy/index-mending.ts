// Makes the keys of messages again that no file of the index has, from the log and while the store
// is in use. Files are made beside the index, and moved into it when they are whole and on the
// disk: who is killed meanwhile finds the rest of the gap at the next start.

import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { walkLog } from '../commitlog/log-walk.js';
import type { StorePaths } from '../directory.js';
import type { Handles } from '../files/handles.js';
import { RecordScanner } from '../format/record-scan.js';
import type { IndexFile } from '../index/index-file.js';
import type { MessageIndex } from '../index/message-index.js';
import type { IndexGap } from './index-gaps.js';

const MB = 1024 * 1024;

export interface IndexMendingParts {
  index: MessageIndex | undefined;
  commitLog: CommitLog;
  paths: StorePaths;
  handles: Handles;
  files: FileSystem;
  clock: Clock;
  log: Logger;
}

export class IndexMending {
  private gaps: readonly IndexGap[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly parts: IndexMendingParts) {}

  /** What a start has found; it is mended from `start` on. */
  found(gaps: readonly IndexGap[]): void {
    const { log, index } = this.parts;
    this.gaps = gaps;
    if (gaps.length === 0) return;
    const bytes = gaps.reduce((sum, { from, end }) => sum + end - from, 0);
    log.warn(
      `the index lacks keys of messages from ${gaps[0]!.lacking} of the log on: they are added ` +
        `while the broker runs, from ${Math.ceil(bytes / MB)} MB of the log (about 4 seconds a GB)`,
    );
    if (gaps.at(-1)!.end > index!.endPhyOffset) index!.separate();
  }

  start(): void {
    const { log } = this.parts;
    this.stopping = false;
    this.running = this.run()
      .catch((error) => log.warn('the index cannot be mended; the next start tries again', error))
      .finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const { files, paths } = this.parts;
    const clear = (): void => {
      if (files.exists(paths.indexMending)) files.rmdir(paths.indexMending, { recursive: true });
    };
    clear(); // of one who was killed
    if (this.gaps.length === 0) return;
    try {
      await this.mend();
    } finally {
      clear();
    }
  }

  /** The newest first: they are asked for most. */
  private async mend(): Promise<void> {
    const { index, clock, log } = this.parts;
    const began = clock.monotonic();
    const { cuts } = index!;
    const over = (): boolean => this.stopping || index!.cuts !== cuts;
    for (const gap of [...this.gaps].reverse()) {
      await new GapFiller(this.parts, index!, gap, over).run();
      if (over()) return;
    }
    this.gaps = [];
    log.info(`the index has all keys again, after ${Math.round(clock.monotonic() - began)} ms`);
  }
}

class GapFiller {
  private readonly scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
  private file: IndexFile | undefined;
  private before = new Set<number>();
  private behind = new Set<number>();
  private made = 0;

  constructor(
    private readonly parts: IndexMendingParts,
    private readonly index: MessageIndex,
    private readonly gap: IndexGap,
    private readonly over: () => boolean,
  ) {}

  async run(): Promise<void> {
    const { gap, scanner, index, over } = this;
    const { commitLog, handles } = this.parts;
    this.before = await index.borderKeys(gap.from);
    this.behind = await index.borderKeys(gap.end);
    // of its first record the file behind may have a part only
    const end = this.behind.size > 0 ? gap.end + 1 : gap.end;
    const take = (): Promise<void> | undefined => this.take();
    try {
      const came = await walkLog({ list: commitLog.list, scanner, take, over }, gap.from, end);
      if (over()) return;
      await this.finish();
      if (came < end) throw new Error(`the log is damaged at ${came} (${scanner.reason})`);
    } finally {
      if (this.file) handles.close(this.file.path);
    }
  }

  /** A promise where a file is full. */
  private take(): Promise<void> | undefined {
    const { scanner, index, gap } = this;
    if (!index.takesAny(scanner)) return undefined;
    const { keys, physicalOffset } = scanner;
    const hashes = [keys.unique, ...keys.words, keys.tag].filter((hash) => hash >= 0);
    if (physicalOffset === gap.from)
      return this.putAll(hashes.filter((one) => !this.before.has(one)));
    if (physicalOffset === gap.end)
      return this.putAll(hashes.filter((one) => !this.behind.has(one)));
    return this.putAll(hashes);
  }

  private putAll(hashes: number[]): Promise<void> | undefined {
    const { physicalOffset, storeTimestamp } = this.scanner;
    for (let i = 0; i < hashes.length; i++) {
      if (this.file?.full) return this.finish().then(() => this.putAll(hashes.slice(i)));
      this.file ??= this.begin();
      this.file.put(hashes[i]!, physicalOffset, storeTimestamp);
    }
    return undefined;
  }

  private begin(): IndexFile {
    const { files, paths } = this.parts;
    files.mkdirp(paths.indexMending);
    return this.index.fileAt(join(paths.indexMending, `${this.gap.from}-${this.made++}`));
  }

  /** The file that was made becomes one of the index. */
  private async finish(): Promise<void> {
    const { file, index, over } = this;
    if (!file) return;
    await file.flush();
    if (over()) return;
    this.file = undefined;
    if (!index.adopt(file)) throw new Error('there is no name left for a file of the index');
  }
}
