// The files of a store that nobody runs, opened for reading only. Sizes come from the files, so no
// configuration is needed; what is wrong with them is noted, not thrown.

import assert from 'node:assert';
import { basename, dirname, join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import {
  type Incomplete,
  type QueueKind,
  type QueuePlace,
  QueueRoster,
} from '../consumequeue/queue-roster.js';
import { Handles } from '../files/handles.js';
import { type SegmentFolders, SegmentList } from '../files/segment-list.js';
import { decodeCheckpoint } from '../format/checkpoint.js';
import type { Checkpoint } from '../format/checkpoint.js';
import { BATCH_UNIT_BYTES } from '../format/batch-unit.js';
import { UNIT_BYTES } from '../format/consume-queue-unit.js';
import {
  ENTRY_BYTES,
  INDEX_FILE_NAME,
  INDEX_HEADER_BYTES,
  SLOT_BYTES,
} from '../format/index-layout.js';
import { lostBegin } from '../policy/log-begin.js';

export interface Problem {
  /** An error loses messages or stops a broker; a warning is mended by itself at the next start. */
  level: 'error' | 'warning';
  /** The file or queue it is about. */
  where: string;
  text: string;
}

export interface QueueFiles {
  topic: string;
  queueId: number;
  list: SegmentList;
  folder: string;
  /** `consumequeue/<topic>/<queue>`, or in the folder of the queues of batches. */
  where: string;
  unitBytes: number;
  batch: boolean;
  /** What entries name beside their records (consumequeue_ext). */
  ext: SegmentList;
}

/** Told of a queue whose files cannot all be used. */
type QueueFault = (name: string, where: string, text: string) => void;

export interface IndexFiles {
  path: string;
  slots: number;
  entries: number;
}

/** Open files at a time: reading needs few. */
const MAX_OPEN_FILES = 64;
/** As MessageStoreConfig has it; the number of slots follows from a file's size. */
const ENTRIES_PER_SLOT = 4;

export class StoreFiles {
  readonly handles: Handles;
  readonly problems: Problem[] = [];
  readonly commitLog: SegmentList;
  readonly queues: QueueFiles[];
  /** `topic/queue` of those whose files are not all there: the next start makes their entries. */
  readonly lost: ReadonlySet<string>;
  /** The same of those of which it looks in the log whether first files are missing. */
  readonly doubtful: ReadonlySet<string>;
  readonly indexes: IndexFiles[];

  constructor(
    readonly root: string,
    readonly files: FileSystem,
    /** Those of storePathCommitLog, where it names others than the one in `root`. */
    commitLogs: readonly string[] = [],
  ) {
    refuseOther(root, files, commitLogs);
    this.handles = new Handles(files, MAX_OPEN_FILES, 'r');
    this.commitLog = this.segments(commitLogs.length > 0 ? commitLogs : [join(root, 'commitlog')]);
    const faults: [name: string, where: string, text: string][] = [];
    this.queues = this.findQueues((...fault) => faults.push(fault));
    const { lost, early, doubtful } = this.findIncomplete();
    this.lost = namesOf([...lost, ...early]);
    this.doubtful = namesOf(doubtful);
    for (const [name, where, text] of faults) {
      this.note(this.lost.has(name) ? 'warning' : 'error', where, text);
    }
    this.indexes = this.findIndexes();
    if (files.stat(join(root, 'abort'))?.isDirectory) {
      this.note('error', 'abort', 'is a directory: no broker would start');
    }
  }

  close(): void {
    this.handles.closeAll();
  }

  note(level: Problem['level'], where: string, text: string): void {
    this.problems.push({ level, where, text });
  }

  /** Whether the last broker did not stop properly, or still runs. */
  get aborted(): boolean {
    return this.files.exists(join(this.root, 'abort'));
  }

  /** The broker that uses the store now, if one does. */
  get holder(): string | undefined {
    if (!this.files.exists(join(this.root, 'lock'))) return undefined;
    try {
      this.files.lockFile(join(this.root, 'lock')).release();
      return undefined;
    } catch (error) {
      return error instanceof MqError && error.code === 'STORE_LOCKED'
        ? String(error.details.holder)
        : undefined;
    }
  }

  /** Topics of config/topics.json; undefined when there is none that can be read. */
  topics(): Set<string> | undefined {
    const path = join(this.root, 'config', 'topics.json');
    for (const name of [path, `${path}.bak`]) {
      try {
        const text = this.files.readText(name) ?? '';
        const { topicConfigTable } = JSON.parse(text) as { topicConfigTable?: object };
        if (topicConfigTable) return new Set(Object.keys(topicConfigTable));
      } catch {
        continue; // the checks of config/ tell
      }
    }
    return undefined;
  }

  private findIncomplete(): Incomplete {
    const warn = (text: string): void => this.note('warning', 'consumequeue.json', text);
    const roster = new QueueRoster(this.root, this.files, warn);
    roster.load();
    const min = this.commitLog.first?.start ?? 0;
    const before = roster.beginBefore(min);
    if (before !== undefined) this.note('error', 'commitlog', lostBegin(min, before));
    const kinds = new Map<string, QueueKind>();
    for (const { folder, list, unitBytes } of this.queues) {
      const fileBytes = Math.max(kinds.get(folder)?.fileBytes ?? 0, list.fileBytes);
      kinds.set(folder, { fileBytes, unitBytes });
    }
    const none = { fileBytes: 0, unitBytes: UNIT_BYTES };
    return roster.incomplete(this.queues, (folder) => kinds.get(folder) ?? none, !this.aborted);
  }

  checkpoint(): Checkpoint | undefined {
    const path = join(this.root, 'checkpoint');
    const { size, isDirectory } = this.files.stat(path) ?? {};
    if (isDirectory) this.note('error', 'checkpoint', 'is a directory: no broker would start');
    if (size === undefined || isDirectory) return undefined;
    const bytes = Buffer.alloc(Math.min(size, 48));
    const read = this.files.readSync(this.handles.fd(path), bytes, 0, bytes.length, 0);
    const checkpoint = decodeCheckpoint(bytes.subarray(0, read));
    if (!checkpoint) this.note('warning', 'checkpoint', 'holds impossible values');
    return checkpoint;
  }

  /** Of files that have one size: that of most of them. */
  private segments(
    directories: readonly string[],
    fileBytes = this.commonSize(directories),
    fault = (text: string): void => this.note('error', directories.join(), text),
  ): SegmentList {
    const list = new SegmentList({
      directory: directories.join(),
      folders: readOnlyFolders(directories),
      fileBytes,
      property: 'the size of most others',
      shortLast: 'accept',
      handles: this.handles,
      warn: (text) => this.note('warning', directories.join(), text),
    });
    try {
      list.load();
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      fault(String(error.details.reason));
    }
    return list;
  }

  private commonSize(directories: readonly string[], least = 1): number {
    const counts = new Map<number, number>();
    for (const path of directories) {
      for (const { name, isDirectory } of this.files.readdir(path)) {
        if (isDirectory || !/^\d{20}$/.test(name)) continue;
        const size = this.files.stat(join(path, name))?.size ?? 0;
        counts.set(size, (counts.get(size) ?? 0) + 1);
      }
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]);
    return Math.max(most?.[0] ?? 0, least);
  }

  private findQueues(fault: QueueFault): QueueFiles[] {
    const queues = [
      ...this.queuesIn('consumequeue', UNIT_BYTES, fault),
      ...this.queuesIn('batchconsumequeue', BATCH_UNIT_BYTES, fault),
    ];
    return queues.sort((a, b) => compare(a.topic, b.topic) || a.queueId - b.queueId);
  }

  private queuesIn(folder: string, unitBytes: number, fault: QueueFault): QueueFiles[] {
    const queues: QueueFiles[] = [];
    const directory = join(this.root, folder);
    const names = this.files
      .readdir(directory)
      .filter(({ isDirectory }) => isDirectory)
      .flatMap((topic) =>
        this.files
          .readdir(join(directory, topic.name))
          .filter((id) => id.isDirectory && /^\d+$/.test(id.name))
          .map((id) => ({ topic: topic.name, id: id.name, name: join(topic.name, id.name) })),
      );
    const paths = names.map(({ name }) => join(directory, name));
    const fileBytes = this.commonSize(paths, unitBytes);
    for (const [i, { topic, id, name }] of names.entries()) {
      const where = `${folder}/${name}`;
      const list = this.segments([paths[i]!], fileBytes, (text) => fault(name, where, text));
      if (!list.first) continue;
      queues.push({
        ...{ topic, queueId: Number(id), list, unitBytes, where, folder },
        batch: unitBytes === BATCH_UNIT_BYTES,
        ext: this.segments([join(this.root, 'consumequeue_ext', name)]),
      });
    }
    return queues;
  }

  private findIndexes(): IndexFiles[] {
    const directory = join(this.root, 'index');
    const found: IndexFiles[] = [];
    for (const { name } of this.files.readdir(directory)) {
      if (!INDEX_FILE_NAME.test(name)) continue;
      const path = join(directory, name);
      const content = (this.files.stat(path)?.size ?? 0) - INDEX_HEADER_BYTES;
      const slots = content / (SLOT_BYTES + ENTRIES_PER_SLOT * ENTRY_BYTES);
      if (Number.isInteger(slots) && slots > 0) {
        found.push({ path, slots, entries: slots * ENTRIES_PER_SLOT });
      } else {
        const text = 'cannot be checked: it does not have four entries per slot';
        this.note('warning', `index/${basename(path)}`, text);
      }
    }
    return found;
  }
}

/** What is no store is told apart: nothing there, a file, a folder of something else. */
function refuseOther(root: string, files: FileSystem, commitLogs: readonly string[]): void {
  const refuse = (reason: string, hint?: string): never => {
    const options = hint === undefined ? {} : { hint };
    throw new MqError('STORE_UNREADABLE', { path: root, reason }, options);
  };
  const found = files.stat(root);
  if (!found) return refuse('there is no such directory');
  if (!found.isDirectory) refuse('it is no directory');
  for (const path of commitLogs) {
    if (!files.stat(path)?.isDirectory) {
      throw new MqError('STORE_UNREADABLE', { path, reason: 'there is no such directory' });
    }
  }
  if (commitLogs.length > 0 || files.stat(join(root, 'commitlog'))?.isDirectory) return;
  const near = [join(root, 'store'), dirname(root), dirname(dirname(root))].find(
    (path) => files.stat(join(path, 'commitlog'))?.isDirectory,
  );
  const hint =
    near === undefined
      ? 'name the directory that storePathRootDir names; commitlog/ is in it, ' +
        'or --commitLog says where it is'
      : `did you mean ${near}?`;
  refuse('there is no commitlog directory in it', hint);
}

const readOnlyFolders = (all: readonly string[]): SegmentFolders => ({
  all,
  forFile: (number) => assert.fail(`file ${number} is not made while a store is looked at`),
});

const namesOf = (queues: readonly QueuePlace[]): Set<string> =>
  new Set(queues.map(({ topic, queueId }) => `${topic}/${queueId}`));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
