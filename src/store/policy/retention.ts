// When old messages are removed, and when the disk is too full to take new ones
// (DefaultMessageStore.CleanCommitLogService, CleanConsumeQueueService).

import type { Clock, Timer } from '../../base/clock.js';
import type { FileSystem } from '../../base/files.js';
import { describeError, type Logger } from '../../base/log.js';
import { SYSTEM_TOPIC_PREFIX, SystemTopic } from '../../protocol/flags.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreConfig } from '../config.js';
import type { Queue } from '../consumequeue/queue.js';
import type { QueueTable } from '../consumequeue/queue-table.js';
import { minOffsetIn } from '../consumequeue/search.js';
import { unitOffset, unitTagsCode } from '../format/consume-queue-unit.js';
import type { MessageIndex } from '../index/message-index.js';
import type { DiskSpace } from './disk-space.js';
import type { Health } from './health.js';

const FIRST_RUN_MS = 60_000;
/** CleanCommitLogService.MAX_MANUAL_DELETE_FILE_TIMES: runs that follow one request. */
const MANUAL_RUNS = 20;
const HOUR_MS = 3_600_000;

export interface RetentionParts {
  commitLog: CommitLog;
  queues: QueueTable;
  index: MessageIndex | undefined;
  health: Health;
  config: StoreConfig;
  clock: Clock;
  files: FileSystem;
  disks: DiskSpace;
  log: Logger;
}

type Pressure = 'none' | 'reclaim' | 'force' | 'full';

export class Retention {
  private timers: Timer[] = [];
  private manualRuns = 0;
  private running: Promise<void> | undefined;
  private stopping = false;
  /** Ends the pause between two deletions. */
  private endPause: () => void = () => undefined;
  /** When the first file of the log could not be removed. */
  private hangedSince: number | undefined;
  /** What was said and is still so: every run would say it again. */
  private readonly said = new Set<string>();
  /** Begin of the log that derived files were cut to. */
  private followedTo = -1;

  constructor(private readonly parts: RetentionParts) {}

  start(): void {
    const { clock, config, commitLog } = this.parts;
    this.stopping = false;
    this.checkDisk();
    // queues find their first message when they are opened
    this.followedTo = commitLog.min;
    const run = (): void => void this.run();
    this.timers = [
      clock.after(FIRST_RUN_MS, () => {
        run();
        this.timers.push(clock.every(Math.max(100, config.cleanResourceInterval), run));
      }),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) timer.stop();
    this.timers = [];
    this.stopping = true;
    this.endPause();
    await this.running;
  }

  /** DELETE_EXPIRED_COMMITLOG: whatever is over its time goes with the next runs. */
  deleteExpiredFiles(): void {
    this.parts.log.info('expired files are removed on request');
    this.manualRuns = MANUAL_RUNS;
    void this.run();
  }

  run(): Promise<void> {
    this.running ??= this.clean()
      .catch((error) =>
        this.sayOnce('failed', `removing old files failed: ${describeError(error)}`),
      )
      .finally(() => (this.running = undefined));
    return this.running;
  }

  /** CLEAN_EXPIRED_CONSUMEQUEUE: queues whose messages are all gone from the log. */
  cleanExpiredConsumeQueues(forget: (queue: Queue) => void): number {
    const { queues, commitLog, log } = this.parts;
    let removed = 0;
    for (const queue of [...queues]) {
      if (isSystemTopic(queue.topic) || queue.max === 0) continue;
      if (queue.maxPhysical === -1 || queue.maxPhysical >= commitLog.min) continue;
      if (queue.next !== queue.max) continue;
      log.info(`queue ${queue.queueId} of ${queue.topic} has no messages any more: removed`);
      forget(queue);
      queues.deleteQueue(queue);
      removed++;
    }
    return removed;
  }

  private async clean(): Promise<void> {
    const { config } = this.parts;
    const pressure = this.checkDisk();
    const manual = this.manualRuns > 0;
    if (manual) this.manualRuns--;
    if (pressure !== 'none' || manual || this.isTime()) {
      const force = config.cleanFileForciblyEnable && (pressure === 'full' || pressure === 'force');
      const removed = await this.deleteLogFiles(force);
      if (removed === 0 && pressure !== 'none') {
        this.sayOnce('filling', 'the disk is filling up, and nothing may or can be removed');
      } else this.said.delete('filling');
      if (removed > 0) this.checkDisk();
    }
    this.redelete();
    await this.followLog();
  }

  /** `deleteWhen` names hours of the local day: 04 or 04;16. */
  private isTime(): boolean {
    const hour = new Date(this.parts.clock.now()).getHours();
    return this.parts.config.deleteWhen.split(';').some((text) => Number(text) === hour);
  }

  /** CleanCommitLogService.isSpaceToDelete. */
  private checkDisk(): Pressure {
    const { config, disks, health } = this.parts;
    const { ratio: used, directory } = disks.used();
    if (used > disks.warningRatio) {
      const ratio = `${Math.round(used * 100)} %`;
      health.raise('diskFull', `the disk is full: ${ratio} of ${directory} are used`);
      return 'full';
    }
    // a full disk takes messages again once it is below both
    if (used > disks.forcedRatio) return 'force';
    health.clear('diskFull');
    return used > config.diskMaxUsedSpaceRatio / 100 ? 'reclaim' : 'none';
  }

  private async deleteLogFiles(force: boolean): Promise<number> {
    const { commitLog, config, clock, files, log } = this.parts;
    const { list } = commitLog;
    const reservedMs = config.fileReservedTime * HOUR_MS;
    let removed = 0;
    while (!this.stopping && list.all.length > 1 && removed < config.deleteFileBatchMax) {
      const first = list.all[0];
      const age = clock.now() - (files.stat(first.path)?.mtimeMs ?? 0);
      if (age < reservedMs && !force) break;
      // what is not flushed yet is not old
      if (first.start + list.fileBytes > commitLog.flushed) break;
      if (!this.deleteFirst()) break;
      removed++;
      log.info(`${first.path} removed, ${Math.floor(age / HOUR_MS)} hours after its last message`);
      if (list.all.length > 1) await this.pause(config.deleteCommitLogFilesInterval);
    }
    return removed;
  }

  /** A file that the disk does not let go stays the first; it is tried again later. */
  private deleteFirst(): boolean {
    const { commitLog, clock, log } = this.parts;
    const { all } = commitLog.list;
    const { path } = all[0];
    try {
      this.noteBegin(all[1]?.start);
      commitLog.deleteFirst();
      this.hangedSince = undefined;
      if (this.said.delete(path)) log.info(`${path} could be removed after all`);
      return true;
    } catch (error) {
      this.hangedSince = clock.monotonic();
      // a log with a gap could not be opened again, so no file behind it goes before
      this.sayOnce(
        path,
        `${path} cannot be removed: ${describeError(error)}. It is tried again, and no file ` +
          `behind it is removed before: look whether this user may write to its directory`,
      );
      return false;
    }
  }

  private noteBegin(begin: number | undefined): void {
    const { queues } = this.parts;
    try {
      queues.roster.noteLogBegin(begin);
      queues.saveRoster();
    } catch {
      // a full disk needs the room; at worst a start after a kill asks for the file
    }
  }

  private sayOnce(what: string, text: string): void {
    if (this.said.has(what)) return;
    this.said.add(what);
    this.parts.log.warn(text);
  }

  /** CleanCommitLogService.redeleteHangedFile. */
  private redelete(): void {
    const { clock, config } = this.parts;
    if (this.hangedSince === undefined) return;
    if (clock.monotonic() - this.hangedSince < config.redeleteHangedFileInterval) return;
    this.deleteFirst();
  }

  /** Consume queues and index let go of what is not in the log any more. */
  private async followLog(): Promise<void> {
    const { commitLog, queues, index, config } = this.parts;
    const { min } = commitLog;
    if (min === this.followedTo) return;
    let all = this.follow('index', () => index?.deleteBefore(min) ?? 0) !== undefined;
    for (const queue of [...queues]) {
      if (queue.max === queue.min && queue.units.list.all.length <= 1) continue;
      if (this.stopping) return;
      const removed = this.follow(queue.units.list.directory, () => followQueue(queue, min));
      if (removed === undefined) all = false;
      else if (removed > 0) await this.pause(config.deleteConsumeQueueFilesInterval);
    }
    if (all) this.followedTo = min;
  }

  /** Files removed; undefined where the disk keeps one, which is tried again with the next run. */
  private follow(what: string, work: () => number): number | undefined {
    try {
      const removed = work();
      this.said.delete(what);
      return removed;
    } catch (error) {
      const reason = describeError(error);
      this.sayOnce(what, `old files of ${what} cannot be removed, it is tried again: ${reason}`);
      return undefined;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.parts.clock.after(ms, resolve);
      this.endPause = () => {
        timer.stop();
        resolve();
      };
    });
  }
}

/** MappedFileQueue.deleteExpiredFileByOffset and ConsumeQueue.correctMinOffset. */
export function followQueue(queue: Queue, minPhysical: number): number {
  const { units } = queue;
  let removed = 0;
  try {
    removed = deleteFiles(queue, minPhysical);
  } finally {
    // also where the disk keeps a file
    if (queue.maxPhysical !== -1 && queue.maxPhysical <= minPhysical) queue.min = queue.max;
    else if (units.written > units.first) {
      queue.min = Math.max(queue.min, minOffsetIn(queue, minPhysical));
    }
  }
  if (removed > 0 && queue.ext) {
    const first = units.readSync(units.first, 1);
    if (first.length === units.unitBytes) queue.ext.deleteBefore(unitTagsCode(first, 0));
  }
  return removed;
}

function deleteFiles({ units }: Queue, minPhysical: number): number {
  const { list } = units;
  let removed = 0;
  while (list.all.length > 1) {
    const last = units.readSync(units.first + list.fileBytes / units.unitBytes - 1, 1);
    if (last.length < units.unitBytes || unitOffset(last, 0) >= minPhysical) break;
    list.deleteFirst();
    removed++;
  }
  return removed;
}

export function isSystemTopic(topic: string): boolean {
  return topic.startsWith(SYSTEM_TOPIC_PREFIX) || SYSTEM_TOPICS.has(topic);
}

const SYSTEM_TOPICS = new Set<string>(Object.values(SystemTopic));
