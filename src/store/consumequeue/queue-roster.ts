// Which consume queues have files, and the newest of each, in `consumequeue.json`: what is missing
// at a start is noticed by it, as the log does not tell which of its queues lost their entries.
// Files that lack one between them tell by themselves.

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

  /** Of queues that are known, or present, those whose files are not all there. */
  lost(present: Iterable<QueuePlace>, fileBytes: (folder: string) => number): QueuePlace[] {
    const keys = new Set(this.newest.keys());
    for (const place of present) keys.add(keyOf(place));
    const states = [...keys].map((key) => {
      const place = placeOf(key);
      return { place, state: this.stateOf(key, fileBytes(place.folder)) };
    });
    // files that are all of another size are no damage, but another configuration
    const sizeIsRight = states.some(({ state }) => state === 'whole');
    return states
      .filter(({ state }) => state === 'lost' || (state === 'odd' && sizeIsRight))
      .map(({ place }) => place);
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

  /** Whether its newest file, or a newer one, is there, and so is every file before. */
  private stateOf(key: string, fileBytes: number): 'whole' | 'single' | 'lost' | 'odd' {
    const directory = join(this.root, key);
    const there = this.files.readdir(directory).filter(({ name }) => FILE.test(name));
    const newest = this.newest.get(key);
    if (newest !== undefined && !there.some(({ name }) => name >= newest)) return 'lost';
    const full = there.slice(0, -1).map(({ name }, i) => ({
      bytes: this.files.stat(join(directory, name))?.size,
      step: Number(there[i + 1]!.name) - Number(name),
    }));
    if (full.length === 0) return 'single';
    if (full.every(({ bytes }) => bytes !== fileBytes)) return 'odd';
    const follow = full.every(({ bytes, step }) => bytes === fileBytes && step === fileBytes);
    return follow ? 'whole' : 'lost';
  }

  private lockWritten(): number {
    return this.files.stat(join(this.root, 'lock'))?.mtimeMs ?? 0;
  }
}

const keyOf = ({ folder, topic, queueId }: QueuePlace): string => `${folder}/${topic}/${queueId}`;

const keyed = (key: string): boolean => /^[a-z]+\/[^/]+\/\d+$/.test(key);

function placeOf(key: string): QueuePlace {
  const [folder, topic, id] = key.split('/') as [string, string, string];
  return { folder, topic, queueId: Number(id) };
}
