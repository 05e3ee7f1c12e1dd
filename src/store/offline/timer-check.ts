// Looks at the timer's files of a store that is only read: whether a start would find them sound,
// and whether every message that waits has a unit.

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import { Property, SystemTopic } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import { AHEAD_MS, TimerCheckpoint, type TimerProgress } from '../timer/timer-checkpoint.js';
import { TimerLog } from '../timer/timer-log.js';
import { timerFault } from '../timer/timer-soundness.js';
import { TimerWheel, SLOTS } from '../timer/timer-wheel.js';

/** timerPrecisionMs, where no slot tells. */
const PRECISION_MS = 1000;
const FOLDERS = ['timerwheel', 'timerlog', 'config/timercheck'];

interface TimerRecord {
  topic: string;
  queueOffset: number;
  physicalOffset: number;
  readonly properties: string;
}

interface TimerProblem {
  level: 'error' | 'warning';
  where: string;
  text: string;
}

export class TimerCheck {
  private readonly found: TimerProblem[] = [];
  private progress: TimerProgress = { readTimeMs: 0, logEnd: 0, queueOffset: 0 };
  /** Places in the log of messages that wait, and their offsets in the timer's queue. */
  private readonly waiting = new Map<number, number>();
  private readonly log: TimerLog | undefined;
  /** Log offset of the message that was placed last. */
  private lastPlaced = -1;
  /** Messages before are placed. */
  private placedEnd: number;

  constructor(
    root: string,
    files: FileSystem,
    private readonly now: number,
  ) {
    this.placedEnd = 0;
    if (!FOLDERS.some((name) => files.exists(join(root, name)))) return;
    const openSync = (path: string): number => files.openSync(path, 'r');
    const reading = Object.assign(Object.create(files) as FileSystem, { openSync });
    try {
      this.progress = new TimerCheckpoint(reading, root).read();
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      this.note('error', 'config/timercheck', `${error.details.reason}: no broker would start`);
    }
    if (this.progress.readTimeMs > now + AHEAD_MS) {
      this.note('warning', 'config/timercheck', 'is of the future: all that waits is looked at');
      this.progress.readTimeMs = 0;
    }
    this.placedEnd = this.progress.queueOffset;
    this.log = this.openSound(root, reading);
    this.lastPlaced = this.log?.last()?.physicalOffset ?? -1;
  }

  /** To be called with every record of the log. */
  take(record: TimerRecord): void {
    if (!this.log || record.topic !== SystemTopic.TIMER_WHEEL) return;
    const { physicalOffset, queueOffset } = record;
    if (physicalOffset === this.lastPlaced) this.placedEnd = queueOffset + 1;
    const out = Number(findProperty(record.properties, Property.TIMER_OUT_MS) ?? NaN);
    if (out >= this.progress.readTimeMs) this.waiting.set(physicalOffset, queueOffset);
  }

  problems(): readonly TimerProblem[] {
    const { log, waiting } = this;
    if (!log) return this.found;
    const { first } = log;
    if (first !== undefined) {
      log.walk(first, log.end, ({ physicalOffset }) => waiting.delete(physicalOffset));
    }
    const lost = [...waiting].filter(([, queueOffset]) => queueOffset < this.placedEnd);
    if (lost.length > 0) {
      const [[physicalOffset]] = lost as [[number, number]];
      const text =
        `lacks ${lost.length} messages that wait, the first at ${physicalOffset} of the log: ` +
        'stop the broker and remove timerwheel and timerlog/, the next start makes them again';
      this.note('error', 'timerlog', text);
    }
    log.close();
    return this.found;
  }

  /** The log, where a start would use it. */
  private openSound(root: string, files: FileSystem): TimerLog | undefined {
    const { progress } = this;
    const log = new TimerLog(files, root, logFileBytes(root, files));
    const precisionMs = precisionOf(root, files, log);
    const wheel = new TimerWheel(files, root, precisionMs);
    const oldest = Math.max(progress.readTimeMs, this.now - SLOTS * precisionMs);
    const readTimeMs = oldest - (oldest % precisionMs);
    let fault = wheel.oddFile() ?? log.oddFile();
    if (fault === undefined) {
      const loaded = wheel.load(readTimeMs);
      log.recover(loaded ? progress.logEnd : 0, () => undefined);
      fault = timerFault({ log, wheel, loaded, progress, readTimeMs });
    }
    wheel.close();
    if (fault === undefined) return log;
    const mends = `made again from the messages of ${SystemTopic.TIMER_WHEEL}`;
    this.note('warning', 'timerlog', `${fault}: the timer's files are ${mends}`);
    log.close();
    return undefined;
  }

  private note(level: TimerProblem['level'], where: string, text: string): void {
    this.found.push({ level, where, text });
  }
}

/** mappedFileSizeTimerLog, as the first file has it. */
function logFileBytes(root: string, files: FileSystem): number {
  const folder = join(root, 'timerlog');
  const sizes = files.readdir(folder).map(({ name }) => files.stat(join(folder, name))?.size ?? 0);
  return sizes.sort((a, b) => countOf(sizes, b) - countOf(sizes, a))[0] || 1;
}

const countOf = (all: readonly number[], one: number): number =>
  all.filter((other) => other === one).length;

/** timerPrecisionMs, as the wheel's slots and the units that they name have it. */
function precisionOf(root: string, files: FileSystem, log: TimerLog): number {
  const wheel = new TimerWheel(files, root, PRECISION_MS);
  if (wheel.oddFile() !== undefined || log.oddFile() !== undefined) return PRECISION_MS;
  let precision = PRECISION_MS;
  if (wheel.load(0)) {
    for (const [tick, { last }] of wheel.waiting) {
      let due = 0;
      log.walk(last, last + 1, (unit) => (due = unit.dueTime));
      const found = Math.round(due / tick);
      // 100, 200, 500 or 1000; anything else is no unit of the slot
      if (due > 0 && found >= 100 && found <= 1000 && found % 100 === 0) {
        precision = found;
        break;
      }
    }
  }
  wheel.close();
  return precision;
}
