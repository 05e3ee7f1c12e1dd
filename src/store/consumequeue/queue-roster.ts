// Which consume queues have files, the newest and oldest of each, and where a proper stop left
// its end, in `consumequeue.json`: what is missing at a start is noticed by it, as the log does not
// tell which of its queues lost entries. Files that lack one between them tell by themselves.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import { describeError } from '../../base/log.js';
import { type QueueEnd, tailOf } from './queue-tail.js';

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
  /** Numbers of entries and sums over the last of them, as the last proper stop left them. */
  ends?: Record<string, [count: number, sum: number]>;
  /** Offsets of groups that were found to be ahead of their queue, and the queue's end then. */
  ahead?: Record<string, Ahead>;
  /** Where the commitlog begins, or will when a file is removed. */
  logBegin?: number | undefined;
}

type Ahead = readonly [offset: number, max: number];

/** What the files of one kind of queues are made of. */
export interface QueueKind {
  fileBytes: number;
  unitBytes: number;
}

export interface Incomplete {
  /** Queues whose files are not all there. */
  lost: QueuePlace[];
  /** Those that do not end as a proper stop left them. */
  early: QueuePlace[];
  /** Those that begin with a later file than was known: retention, or first ones were lost. */
  doubtful: QueuePlace[];
}

type State = 'whole' | 'single' | 'lost' | 'odd' | 'early';

export class QueueRoster {
  /** Name of the newest file, by folder. */
  private readonly newest = new Map<string, string>();
  /** As `newest`, where it is not the first of all. */
  private readonly oldest = new Map<string, string>();
  /** After a crash there may be more entries, never fewer. */
  private readonly ends = new Map<string, QueueEnd>();
  private readonly ahead = new Map<string, Ahead>();
  private begin: number | undefined;
  /** Whether what is known is not older than what another system did. */
  known = false;
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
      const kept = JSON.parse(text) as Partial<Kept>;
      const { lockWritten, newest, oldest, ends, ahead, logBegin } = kept;
      takePairs(this.ahead, ahead, (pair) => pair);
      if (lockWritten !== this.lockWritten()) return;
      this.known = true;
      if (Number.isSafeInteger(logBegin)) this.begin = logBegin;
      take(this.newest, newest);
      take(this.oldest, oldest);
      takePairs(this.ends, ends, ([count, sum]) => ({ count, sum }));
    } catch (error) {
      this.warn(`${path} cannot be read: ${describeError(error)}`);
    }
  }

  /** Looks at the files of queues that are known, or present; a crash leaves more in them. */
  incomplete(
    present: Iterable<QueuePlace>,
    kindOf: (folder: string) => QueueKind,
    clean: boolean,
  ): Incomplete {
    const keys = new Set([...this.newest.keys(), ...this.ends.keys()]);
    for (const place of present) keys.add(keyOf(place));
    const states = [...keys].map((key) => {
      const place = placeOf(key);
      return { place, ...this.look(key, kindOf(place.folder), clean) };
    });
    // files that are all of another size are no damage, but another configuration
    const right = new Set(states.filter(({ state }) => state === 'whole').map(folderOf));
    const found: Incomplete = { lost: [], early: [], doubtful: [] };
    for (const one of states) {
      const { place, state, begins } = one;
      if (state === 'early') found.early.push(place);
      else if (state === 'lost' || (state === 'odd' && right.has(folderOf(one))))
        found.lost.push(place);
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
    if (name === undefined) for (const map of [this.ends, this.ahead]) map.delete(key);
  }

  /** Where the commitlog began that begins at `min` now, if its first files are missing. */
  beginBefore(min: number): number | undefined {
    return this.begin !== undefined && this.begin < min ? this.begin : undefined;
  }

  /** Before a file goes: what it holds is not missed. */
  noteLogBegin(offset: number | undefined): void {
    if (this.begin === offset) return;
    this.begin = offset;
    this.changed = true;
  }

  /** The end that a proper stop leaves. */
  noteEnd(place: QueuePlace, end: QueueEnd | undefined): void {
    const key = keyOf(place);
    const known = this.ends.get(key);
    if (known?.count === end?.count && known?.sum === end?.sum) return;
    this.changed = true;
    put(this.ends, key, end);
  }

  /** Entries of the queue, if a proper stop noted how many there are and a start found them. */
  countOf(place: QueuePlace): number | undefined {
    return this.ends.get(keyOf(place))?.count;
  }

  has(place: QueuePlace): boolean {
    return this.newest.has(keyOf(place));
  }

  /** Whether its files are known, too. */
  isNoted(place: QueuePlace): boolean {
    const key = keyOf(place);
    return this.newest.has(key) && this.ends.has(key);
  }

  /** It was looked whether the queue lacks messages before `offset`: it does not. */
  noteAhead(place: QueuePlace, offset: number, max: number): void {
    this.ahead.set(keyOf(place), [offset, max]);
    this.changed = true;
  }

  wasAhead(place: QueuePlace, offset: number, max: number): boolean {
    const [known, end] = this.ahead.get(keyOf(place)) ?? [];
    return known === offset && end === max;
  }

  /** Throws as the disk does; it is tried again with the next change or wish. */
  save(): void {
    if (!this.changed) return;
    const kept: Kept = {
      lockWritten: this.lockWritten(),
      newest: Object.fromEntries(this.newest),
      oldest: Object.fromEntries(this.oldest),
      ends: Object.fromEntries([...this.ends].map(([key, { count, sum }]) => [key, [count, sum]])),
      ahead: Object.fromEntries(this.ahead),
      logBegin: this.begin,
    };
    this.files.writeTextAtomic(join(this.root, NAME), JSON.stringify(kept));
    this.changed = false;
  }

  /** Whether its files are all there, begin where they are known to, and end there. */
  private look(key: string, kind: QueueKind, clean: boolean): { state: State; begins: boolean } {
    const directory = join(this.root, key);
    const end = this.ends.get(key);
    const newest = this.newest.get(key);
    // most queues have one file: its end tells as much as a look into the folder
    if (newest === FIRST && end && end.count * kind.unitBytes < kind.fileBytes) {
      const tail = tailOf(this.files, directory, FIRST, end, kind.unitBytes);
      const state = stateOfLast(tail.fileBytes, kind.fileBytes);
      if (tail.state === 'same') return { state, begins: true };
    }
    const there = this.files
      .readdir(directory)
      .filter(({ name, isDirectory }) => !isDirectory && FILE.test(name));
    const first = there[0]?.name ?? FIRST;
    const begins = first <= (this.oldest.get(key) ?? FIRST);
    const state = this.stateOf(key, directory, there, kind.fileBytes);
    if (!end || state === 'lost') return { state, begins };
    const last = nameOf((end.count - 1) * kind.unitBytes);
    const file = there.findLast(({ name }) => name <= last)?.name ?? FIRST;
    const tail = tailOf(this.files, directory, file, end, kind.unitBytes);
    if (tail.state === 'same' && there.at(-1)?.name === file) return { state, begins };
    this.ends.delete(key);
    this.changed = true;
    return { state: clean || tail.state === 'lost' ? 'early' : state, begins };
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
    const last = there.at(-1);
    if (!last) return 'single';
    const state = stateOfLast(this.files.stat(join(directory, last.name))?.size, fileBytes);
    if (full.length === 0 || state === 'lost') return state;
    if (full.every(({ bytes }) => bytes !== fileBytes)) return 'odd';
    const follow = full.every(({ bytes, step }) => bytes === fileBytes && step === fileBytes);
    return follow && state !== 'odd' ? 'whole' : 'lost';
  }

  private lockWritten(): number {
    return this.files.stat(join(this.root, 'lock'))?.mtimeMs ?? 0;
  }
}

const folderOf = ({ place }: { place: QueuePlace }): string => place.folder;

const keyOf = ({ folder, topic, queueId }: QueuePlace): string => `${folder}/${topic}/${queueId}`;

function nameOf(start: number): string {
  return String(start).padStart(20, '0');
}

function take(names: Map<string, string>, kept: Record<string, string> = {}): void {
  for (const [key, name] of Object.entries(kept)) {
    if (keyed(key) && FILE.test(name)) names.set(key, name);
  }
}

function takePairs<T>(
  values: Map<string, T>,
  kept: Record<string, readonly [number, number]> = {},
  valueOf: (pair: readonly [number, number]) => T,
): void {
  for (const [key, pair] of Object.entries(kept)) {
    if (keyed(key) && pair.every(Number.isSafeInteger)) values.set(key, valueOf(pair));
  }
}

function put<T>(values: Map<string, T>, key: string, value: T | undefined): void {
  if (value === undefined) values.delete(key);
  else values.set(key, value);
}

const keyed = (key: string): boolean => /^[a-z]+\/[^/]+\/\d+$/.test(key);

function placeOf(key: string): QueuePlace {
  const [folder, topic, id] = key.split('/') as [string, string, string];
  return { folder, topic, queueId: Number(id) };
}

/** Of a queue that has no file but its last; that one may be too short, and is filled up then. */
function stateOfLast(bytes: number | undefined, fileBytes: number): State {
  if (bytes === undefined) return 'lost';
  if (bytes === fileBytes) return 'whole';
  return bytes > fileBytes ? 'odd' : 'single';
}
