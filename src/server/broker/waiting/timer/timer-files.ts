// The timer's three files as one: the log that keeps units, the wheel that chains them by second,
// the checkpoint that says how far both are (TimerMessageStore.recover, doEnqueue).

import type { Clock } from '../../../../base/clock.js';
import type { FileSystem } from '../../../../base/files.js';
import {
  AHEAD_MS,
  TimerCheckpoint,
  type TimerProgress,
} from '../../../../store/timer/timer-checkpoint.js';
import { TimerLog } from '../../../../store/timer/timer-log.js';
import { timerFault } from '../../../../store/timer/timer-soundness.js';
import { Magic, type TimerUnit } from '../../../../store/timer/timer-unit.js';
import { SLOTS, type Slot, TimerWheel } from '../../../../store/timer/timer-wheel.js';

/** Properties of MessageStoreConfig, read at each use. */
export interface TimerFilesConfig {
  storePathRootDir: string;
  mappedFileSizeTimerLog: number;
  timerPrecisionMs: number;
  timerRollWindowSlot: number;
}

/** Slots at the far end of the wheel that are never used (TIMER_BLANK_SLOTS). */
const BLANK_SLOTS = 60;
const MAX_WINDOW = SLOTS - BLANK_SLOTS;

export interface Recovered {
  progress: TimerProgress;
  readTimeMs: number;
  /** What was due before is delivered, and nothing else. */
  exact: boolean;
  /** Why the files were of no use. */
  fault: string | undefined;
  last: TimerUnit | undefined;
}

export class TimerFiles {
  private readonly log: TimerLog;
  private readonly wheel: TimerWheel;
  private readonly checkpoint: TimerCheckpoint;

  constructor(
    files: FileSystem,
    private readonly clock: Clock,
    private readonly config: TimerFilesConfig,
  ) {
    const { storePathRootDir, mappedFileSizeTimerLog, timerPrecisionMs } = config;
    this.log = new TimerLog(files, storePathRootDir, mappedFileSizeTimerLog);
    this.wheel = new TimerWheel(files, storePathRootDir, timerPrecisionMs);
    this.checkpoint = new TimerCheckpoint(files, storePathRootDir);
  }

  /**
   * Loads all; `readTimeMs` is where reading goes on, `last` the last unit of the log. Where there
   * is a `fault` the files are removed: all units have to be placed again.
   */
  recover(): Recovered {
    const progress = this.checkpoint.read();
    const now = this.clock.now();
    const oldest = now - MAX_WINDOW * this.config.timerPrecisionMs;
    // One of the future, if the clock was not set back, is damaged.
    const known = progress.readTimeMs > 0 && progress.readTimeMs <= now + AHEAD_MS;
    // Without a checkpoint all that is in the log counts: slots without messages are jumped over.
    const readTimeMs = this.floor(known ? Math.max(progress.readTimeMs, oldest) : oldest);
    const fault = this.load(progress, readTimeMs);
    if (fault !== undefined) {
      this.log.clear();
      this.wheel.clear();
    }
    const exact = known && fault === undefined;
    return { progress, readTimeMs, exact, fault, last: this.log.last() };
  }

  private load(progress: TimerProgress, readTimeMs: number): string | undefined {
    const odd = this.wheel.oddFile() ?? this.log.oddFile();
    if (odd !== undefined) return odd;
    const { log, wheel } = this;
    const loaded = wheel.load(readTimeMs);
    const behind: [unit: TimerUnit, position: number][] = [];
    log.recover(loaded ? progress.logEnd : 0, (unit, position) => {
      if (unit.dueTime >= readTimeMs) behind.push([{ ...unit }, position]);
    });
    const fault = timerFault({ log, wheel, loaded, progress, readTimeMs });
    if (fault !== undefined) return fault;
    for (const [unit, position] of behind) {
      const counts = loaded ? 0 : (unit.magic & Magic.DELETE) !== 0 ? -1 : 1;
      wheel.add(unit.dueTime, position, counts);
    }
    return undefined;
  }

  /** The start of the slot that a time falls into. */
  floor(timeMs: number): number {
    return timeMs - (timeMs % this.config.timerPrecisionMs);
  }

  /** The slot for a message due at `outMs`: an earlier one when the wheel does not reach so far. */
  slotFor(outMs: number, writeTime: number): { dueTime: number; rolls: boolean } {
    const { timerPrecisionMs, timerRollWindowSlot } = this.config;
    const legal = timerRollWindowSlot >= 2 && timerRollWindowSlot <= MAX_WINDOW;
    const window = (legal ? timerRollWindowSlot : MAX_WINDOW) * timerPrecisionMs;
    const ahead = outMs - writeTime;
    if (ahead < window) return { dueTime: outMs, rolls: false };
    // Enough time must be left for the next round.
    const step = ahead - window < window / 3 ? this.floor(window / 2) : window;
    return { dueTime: writeTime + step, rolls: true };
  }

  /** Appends a unit to its slot; `count` is -1 for one that calls another back. */
  add(unit: Omit<TimerUnit, 'previous'>, count: 1 | -1): TimerUnit {
    // not spread: V8 would give each of them a hidden class of its own, and all readers be slow
    const chained: TimerUnit = {
      previous: this.wheel.get(unit.dueTime)?.last ?? -1,
      magic: unit.magic,
      writeTime: unit.writeTime,
      dueTime: unit.dueTime,
      physicalOffset: unit.physicalOffset,
      size: unit.size,
      topicHash: unit.topicHash,
    };
    this.wheel.add(unit.dueTime, this.log.append(chained), count);
    return chained;
  }

  /** Writes the units that were added. */
  write(): void {
    this.log.write();
  }

  slot(timeMs: number): Slot | undefined {
    return this.wheel.get(timeMs);
  }

  /** Messages that wait; less those that call others back. */
  get total(): number {
    return this.wheel.total;
  }

  /** The first slot with messages from `fromMs` on and before `endMs`; else `endMs`. */
  nextSlot(fromMs: number, endMs: number): number {
    return this.wheel.next(fromMs, endMs) ?? endMs;
  }

  drop(timeMs: number): void {
    this.wheel.drop(timeMs);
  }

  dropBefore(timeMs: number): void {
    this.wheel.dropBefore(timeMs);
  }

  /** The units of a slot, in the order in which they were added. */
  unitsAt(timeMs: number): Promise<TimerUnit[]> {
    return this.log.chain(this.slot(timeMs)?.last ?? -1);
  }

  /**
   * First the log, then the wheel, then what says how far both are, each on the disk before the
   * next: a wheel must never know of units that the log has lost.
   */
  async flush(readTimeMs: number, queueOffset: number): Promise<void> {
    this.log.write();
    const logEnd = this.log.end;
    const changes = this.wheel.takeChanges();
    try {
      await this.log.flush();
      this.wheel.write(changes);
      await this.wheel.flush();
    } catch (error) {
      this.wheel.giveBack(changes);
      throw error;
    }
    this.checkpoint.write({ readTimeMs, queueOffset, logEnd }, this.clock.now());
  }

  cut(minPhysicalOffset: number): void {
    this.log.cut(minPhysicalOffset);
  }

  close(): void {
    this.wheel.close();
    this.log.close();
  }

  /** The checkpoint as a slave asks for it; `readTimeMs` is newer than what is on the disk. */
  encodeCheckpoint(readTimeMs?: number): Buffer {
    return this.checkpoint.encode(readTimeMs);
  }

  /** All units there are, in the order of the log. */
  units(): AsyncIterable<TimerUnit[]> {
    return this.log.units();
  }
}
