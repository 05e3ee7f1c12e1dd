// Looks through files of the index that nobody vouches for, and makes the keys of messages again
// that no file has, from the log and while the store is in use. Files are made beside the index,
// and moved into it when they are whole and on the disk: who is killed meanwhile finds the rest of
// the gap at the next start.

import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { walkLog } from '../commitlog/log-walk.js';
import type { StorePaths } from '../directory.js';
import type { Handles } from '../files/handles.js';
import { RecordScanner, storeTimestampOf } from '../format/record-scan.js';
import { borderKeys } from '../index/border-keys.js';
import type { IndexFile } from '../index/index-file.js';
import { IndexPass } from '../index/index-soundness.js';
import { type MessageIndex, isFilled } from '../index/message-index.js';
import { recordAt } from '../reading/record-at.js';
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

/** Between two pieces of a file that is looked through: messages come first. */
const PAUSE_MS = 10;

export class IndexMending {
  /** In the order of the log. */
  private gaps: Pick<IndexGap, 'from' | 'end'>[] = [];
  private running: Promise<void> | undefined;
  private stopping = false;
  private endPause: () => void = () => undefined;

  constructor(private readonly parts: IndexMendingParts) {
    const { index } = parts;
    if (index) index.suspect = (file, fault) => this.replace(file, fault);
  }

  /** What a start has found; it is mended from `start` on. */
  found(gaps: readonly IndexGap[]): void {
    const { log, index } = this.parts;
    this.gaps = [...gaps];
    if (gaps.length === 0) return;
    log.warn(
      `the index lacks keys of messages from ${gaps[0]!.lacking} of the log on: they are added ` +
        `while the broker runs, from ${megabytes(gaps)} of the log (about 4 seconds a GB)`,
    );
    if (gaps.at(-1)!.end > index!.endPhyOffset) index!.separate();
  }

  /** A file that is damaged goes; the keys that it had are added again. */
  private replace(file: IndexFile, fault: string): void {
    const { log, index, commitLog } = this.parts;
    const { from, end } = index!.takeOut(file);
    const gap = { from: Math.max(from, commitLog.min), end };
    log.warn(
      `${file.path} is damaged (${fault}): it is removed, and its keys are added again from ` +
        `${megabytes([gap])} of the log (about 4 seconds a GB)`,
    );
    this.gaps.push(gap);
    if (!this.stopping) this.start();
  }

  start(): void {
    const { log } = this.parts;
    this.stopping = false;
    this.running ??= this.run()
      .catch((error) => log.warn('the index cannot be mended; the next start tries again', error))
      .finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.endPause();
    await this.running;
  }

  private async run(): Promise<void> {
    const { files, paths, index } = this.parts;
    const clear = (): void => {
      if (files.exists(paths.indexMending)) files.rmdir(paths.indexMending, { recursive: true });
    };
    clear(); // of one who was killed
    if (!index) return;
    const { cuts } = index;
    const over = (): boolean => this.stopping || index.cuts !== cuts;
    try {
      do {
        await this.mend(index, over);
        await this.lookThrough(index, over);
      } while (this.gaps.length > 0 && !over());
    } finally {
      clear();
    }
  }

  /** The newest first: they are asked for most. */
  private async mend(index: MessageIndex, over: () => boolean): Promise<void> {
    const { clock, log } = this.parts;
    const began = clock.monotonic();
    if (this.gaps.length === 0) return;
    for (let gap = this.gaps.pop(); gap; gap = this.gaps.pop()) {
      await new GapFiller(this.parts, index, gap, over).run();
      if (over()) return;
    }
    log.info(`the index has all keys again, after ${Math.round(clock.monotonic() - began)} ms`);
  }

  private async lookThrough(index: MessageIndex, over: () => boolean): Promise<void> {
    const { commitLog } = this.parts;
    const pause = (): Promise<void> => this.pause();
    const timeAt = async (offset: number): Promise<number | undefined> => {
      const record = await recordAt(commitLog, offset);
      return record && storeTimestampOf(record);
    };
    const next = (): IndexFile | undefined =>
      index.all.findLast((file) => !file.sound && isFilled(file));
    for (let file = next(); file && !over(); file = next()) {
      const looked = file;
      const left = (): boolean => over() || !index.has(looked);
      const fault = await new IndexPass({ file, timeAt, pause, over: left }).run();
      if (left()) continue;
      if (fault === undefined) file.sound = true;
      else this.replace(file, fault);
      await this.mend(index, over);
    }
    if (!over()) index.note();
  }

  private pause(): Promise<void> {
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(PAUSE_MS, resolve);
      this.endPause = () => {
        timer.stop();
        resolve();
      };
    });
  }
}

function megabytes(gaps: readonly Pick<IndexGap, 'from' | 'end'>[]): string {
  const bytes = gaps.reduce((sum, { from, end }) => sum + end - from, 0);
  return `${Math.ceil(bytes / MB)} MB`;
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
    private readonly gap: Pick<IndexGap, 'from' | 'end'>,
    private readonly over: () => boolean,
  ) {}

  async run(): Promise<void> {
    const { gap, scanner, index, over } = this;
    const { commitLog, handles } = this.parts;
    this.before = await borderKeys(index.all, gap.from);
    this.behind = await borderKeys(index.all, gap.end);
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
