// Which consume queues have files, and the newest of each, in `consumequeue.json`: what is missing
// at a start is noticed by it, as the log does not tell which of its queues lost their entries.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { describeError } from '../../base/log.js';

export interface QueuePlace {
  /** Name of the folder of its kind of queues. */
  folder: string;
  topic: string;
  queueId: number;
}

const NAME = 'consumequeue.json';
const FILE = /^\d{20}$/;

interface Kept {
  /** When `lock` was written, which RocketMQ does at each start and we do not. */
  lockWritten: number;
  newest: Record<string, string>;
}

export class QueueRoster {
  /** Name of the newest file, by folder. */
  private readonly newest = new Map<string, string>();
  private changed = false;

  constructor(
    private readonly root: string,
    private readonly files: FileSystem,
    private readonly warn: (text: string) => void,
  ) {}

  /** Nothing is missed where RocketMQ has run since: it may have removed topics. */
  load(): void {
    const path = join(this.root, NAME);
    try {
      const text = this.files.readText(path);
      if (!text) return;
      const { lockWritten, newest } = JSON.parse(text) as Partial<Kept>;
      if (lockWritten !== this.lockWritten()) return;
      for (const [key, name] of Object.entries(newest ?? {})) {
        if (keyed(key) && FILE.test(name)) this.newest.set(key, name);
      }
    } catch (error) {
      this.warn(`${path} cannot be read: ${describeError(error)}`);
    }
  }

  /** Queues without the file that was their newest, and without a newer one. */
  lost(): QueuePlace[] {
    return [...this.newest].flatMap(([key, name]) => {
      const there = this.files.readdir(join(this.root, key));
      return there.some((entry) => FILE.test(entry.name) && entry.name >= name) ? [] : placeOf(key);
    });
  }

  note(place: QueuePlace, newestStart: number | undefined): void {
    const key = keyOf(place);
    const name = newestStart === undefined ? undefined : String(newestStart).padStart(20, '0');
    if (this.newest.get(key) === name) return;
    this.changed = true;
    if (name === undefined) this.newest.delete(key);
    else this.newest.set(key, name);
  }

  /** Throws as the disk does; it is tried again with the next change or wish. */
  save(): void {
    if (!this.changed) return;
    const newest = Object.fromEntries(this.newest);
    const kept: Kept = { lockWritten: this.lockWritten(), newest };
    this.files.writeTextAtomic(join(this.root, NAME), JSON.stringify(kept));
    this.changed = false;
  }

  private lockWritten(): number {
    return this.files.stat(join(this.root, 'lock'))?.mtimeMs ?? 0;
  }
}

const keyOf = ({ folder, topic, queueId }: QueuePlace): string => `${folder}/${topic}/${queueId}`;

const keyed = (key: string): boolean => /^[a-z]+\/[^/]+\/\d+$/.test(key);

function placeOf(key: string): QueuePlace[] {
  const [folder, topic, id] = key.split('/') as [string, string, string];
  return [{ folder, topic, queueId: Number(id) }];
}
