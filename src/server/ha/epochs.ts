// The epochs of a group's masters: from which log offset on each has written (EpochFileCache). Kept
// in epochFileCheckpoint: how many, their CRC, then `epoch-startOffset` a line.

import { crc32 } from 'node:zlib';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';

export interface Epoch {
  epoch: number;
  /** Log offset of the first message of its master. */
  start: number;
}

export interface EpochsOptions {
  path: string;
  files: Pick<FileSystem, 'readText' | 'writeTextAtomic'>;
  log: Logger;
}

export class Epochs {
  private list: Epoch[] = [];

  constructor(private readonly options: EpochsOptions) {}

  load(): void {
    const { path, files, log } = this.options;
    for (const from of [path, `${path}.bak`]) {
      const text = files.readText(from);
      const entries = text === undefined ? undefined : parseEpochs(text);
      if (entries) {
        this.list = entries;
        return;
      }
      if (text !== undefined) log.error(`${from} is damaged`);
    }
  }

  get all(): readonly Epoch[] {
    return this.list;
  }

  /** -1 without any. */
  get last(): number {
    return this.list.at(-1)?.epoch ?? -1;
  }

  /** False when it does not come after the last one, in epoch or in offset. */
  append({ epoch, start }: Epoch): boolean {
    const last = this.list.at(-1);
    if (last && (last.epoch >= epoch || last.start >= start)) return false;
    this.list.push({ epoch, start });
    this.save();
    return true;
  }

  /** The epoch that wrote at `offset`; the last one also at the end of the log. */
  at(offset: number): Epoch | undefined {
    return this.list.findLast(({ start }) => start <= offset);
  }

  /** Where the epoch ends: where the next begins. */
  endOf({ epoch }: Epoch): number {
    return this.list.find((other) => other.epoch > epoch)?.start ?? Infinity;
  }

  /** Forgets epochs from `epoch` on. */
  dropFrom(epoch: number): void {
    this.keep((one) => one.epoch < epoch);
  }

  /** Forgets epochs that begin at `offset` or behind: the log ends there. */
  cut(offset: number): void {
    this.keep(({ start }) => start < offset);
  }

  /** Forgets epochs of which the log holds nothing any more. */
  dropBefore(minOffset: number): void {
    this.keep((one) => this.endOf(one) > minOffset);
  }

  private keep(wanted: (epoch: Epoch) => boolean): void {
    const kept = this.list.filter(wanted);
    if (kept.length === this.list.length) return;
    this.list = kept;
    this.save();
  }

  private save(): void {
    // RocketMQ never writes an empty list
    if (this.list.length === 0) return;
    const { path, files } = this.options;
    files.writeTextAtomic(path, formatEpochs(this.list), { backup: true });
  }
}

/**
 * Up to where two logs are the same: to the end of the newest epoch that both have from the same
 * offset on, in the shorter of the two; -1 when there is none (findConsistentPoint).
 */
export function samePrefix(
  mine: { epochs: readonly Epoch[]; end: number },
  other: { epochs: readonly Epoch[]; end: number },
): number {
  for (let i = mine.epochs.length - 1; i >= 0; i--) {
    const { epoch, start } = mine.epochs[i]!;
    const at = other.epochs.findIndex((one) => one.epoch === epoch && one.start === start);
    if (at < 0) continue;
    const myEnd = mine.epochs[i + 1]?.start ?? mine.end;
    const otherEnd = other.epochs[at + 1]?.start ?? other.end;
    return Math.min(myEnd, otherEnd);
  }
  return -1;
}

export function formatEpochs(epochs: readonly Epoch[]): string {
  const lines = epochs.map(({ epoch, start }) => `${epoch}-${start}\n`).join('');
  return `${epochs.length}\n${crc32(lines) & 0x7fffffff}\n${lines}`;
}

/** Undefined when it is no such file, or not whole. */
export function parseEpochs(text: string): Epoch[] | undefined {
  const [count, crc, ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const epochs: Epoch[] = [];
  for (const line of lines) {
    const match = /^(\d+)-(\d+)$/.exec(line);
    if (!match) return undefined;
    epochs.push({ epoch: Number(match[1]), start: Number(match[2]) });
  }
  if (epochs.length !== Number(count)) return undefined;
  const sum = crc32(lines.map((line) => `${line}\n`).join('')) & 0x7fffffff;
  // a zero is not checked
  return Number(crc) === 0 || Number(crc) === sum ? epochs : undefined;
}
