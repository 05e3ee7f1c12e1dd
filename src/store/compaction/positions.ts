// Up to which queue offset each queue is compacted: the file `position-checkpoint`
// (CompactionPositionMgr).

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { describeError, type Logger } from '../../base/log.js';

export class CompactionPositions {
  private readonly path: string;
  private offsets: Record<string, number> = {};
  /** Fields that this version does not know. */
  private rest: Record<string, unknown> = {};

  constructor(
    directory: string,
    private readonly files: FileSystem,
    private readonly log: Logger,
  ) {
    this.path = join(directory, 'position-checkpoint');
  }

  /** A file that cannot be read costs another compaction, no message. */
  load(): void {
    for (const path of [this.path, `${this.path}.bak`]) {
      try {
        const text = this.files.readText(path);
        if (!text) continue;
        const read = JSON.parse(text) as { queueOffsetMap?: Record<string, number> };
        const { queueOffsetMap, ...rest } = read;
        this.offsets = { ...queueOffsetMap };
        this.rest = rest;
        return;
      } catch (error) {
        this.log.warn(`${path} cannot be read: ${describeError(error)}`);
      }
    }
  }

  /** -1 for a queue that was not compacted yet. */
  get(topic: string, queueId: number): number {
    return this.offsets[`${topic}_${queueId}`] ?? -1;
  }

  set(topic: string, queueId: number, offset: number): void {
    this.offsets[`${topic}_${queueId}`] = offset;
    this.save();
  }

  forget(topic: string): void {
    const before = Object.keys(this.offsets);
    const kept = before.filter((key) => key.slice(0, key.lastIndexOf('_')) !== topic);
    if (kept.length === before.length) return;
    this.offsets = Object.fromEntries(kept.map((key) => [key, this.offsets[key]!]));
    this.save();
  }

  private save(): void {
    const empty = Object.keys(this.offsets).length === 0;
    const text = JSON.stringify({ ...this.rest, empty, queueOffsetMap: this.offsets }, null, '\t');
    this.files.writeTextAtomic(this.path, text, { backup: true });
  }
}
