// Which consume queues have files, and the newest and oldest of each, in `consumequeue.json`: what
// is missing at a start is noticed by it, as the log does not tell which of its queues lost their
// entries. Files that lack one between them tell by themselves.

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
/** Of the file that every queue begins with. */
const FIRST = nameOf(0);

interface Kept {
  /** When `lock` was written, which RocketMQ does at each start and we do not. */
  lockWritten: number;
  newest: Record<string, string>;
  /** Of queues that do not begin with the first file any more. */
  oldest?: Record<string, string>;
}

export interface Incomplete {
  /** Queues whose files are not all there. */
  lost: QueuePlace[];
  /** Those that begin with a later file than was known: retention, or first ones were lost. */
  doubtful: QueuePlace[];
}

type State = 'whole' | 'single' | 'lost' | 'odd';

export class QueueRoster {
  /** Name of the newest file, by folder. */
  private readonly newest = new Map<string, string>();
  /** As `newest`, where it is not the first of all. */
  private readonly oldest = new Map<string, string>();
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
      const { lockWritten, newest, oldest } = JSON.parse(text) as Partial<Kept>;
      if (lockWritten !== this.lockWritten()) return;
      take(this.newest, newest);
      take(this.oldest, oldest);
    } catch (error) {
      this.warn(`${path} cannot be read: ${describeError(error)}`);
    }
  }

  /** Looks at the files of queues that are known, or present. */
  incomplete(present: Iterable<QueuePlace>, fileBytes: (folder: string) => number): Incomplete {
    const keys = new Set(this.newest.keys());
    for (const place of present) keys.add(keyOf(place));
    const states = [...keys].map((key) => {
      const place = placeOf(key);
      return { place, ...this.look(key, fileBytes(place.folder)) };
    });
    // files that are all of another size are no damage, but another configuration
    const sizeIsRight = states.some(({ state }) => state === 'whole');
    const found: Incomplete = { lost: [], doubtful: [] };
    for (const { place, state, begins } of states) {
      if (state === 'lost' || (state === 'odd' && sizeIsRight)) found.lost.push(place);
      else if (!begins) found.doubtful.push(place);
    }
    return found;
  }

  /** Starts of its newest and oldest files; undefined of a queue that is going. */
  note(place: QueuePlace, newest: number | undefined, oldest = 0): void {
    const key = keyOf(place);
    const name = newest === undefined ? undefined : nameOf(newest);
    const first = oldest === 0 ? undefined : nameOf(oldest);
    if (this.newest.get(key) === name && this.oldest.get(key) === first) return;
    this.changed = true;
    put(this.newest, key, name);
    put(this.oldest, key, first);
  }

  /** Throws as the disk does; it is tried again with the next change or wish. */
  save(): void {
    if (!this.changed) return;
    const newest = Object.fromEntries(this.newest);
    const oldest = Object.fromEntries(this.oldest);
    const kept: Kept = { lockWritten: this.lockWritten(), newest, oldest };
    this.files.writeTextAtomic(join(this.root, NAME), JSON.stringify(kept));
    this.changed = false;
  }

  /** Whether its files are all there, and begin where they are known to. */
  private look(key: string, fileBytes: number): { state: State; begins: boolean } {
    const directory = join(this.root, key);
    const there = this.files.readdir(directory).filter(({ name }) => FILE.test(name));
    const first = there[0]?.name ?? FIRST;
    const begins = first <= (this.oldest.get(key) ?? FIRST);
    return { state: this.stateOf(key, directory, there, fileBytes), begins };
  }

  /** Whether its newest file, or a newer one, is there, and so is every file before. */
  private stateOf(
    key: string,
    directory: string,
    there: readonly { name: string }[],
    fileBytes: number,
  ): State {
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

function nameOf(start: number): string {
  return String(start).padStart(20, '0');
}

function take(names: Map<string, string>, kept: Record<string, string> = {}): void {
  for (const [key, name] of Object.entries(kept)) {
    if (keyed(key) && FILE.test(name)) names.set(key, name);
  }
}

function put(names: Map<string, string>, key: string, name: string | undefined): void {
  if (name === undefined) names.delete(key);
  else names.set(key, name);
}

const keyed = (key: string): boolean => /^[a-z]+\/[^/]+\/\d+$/.test(key);

function placeOf(key: string): QueuePlace {
  const [folder, topic, id] = key.split('/') as [string, string, string];
  return { folder, topic, queueId: Number(id) };
}
