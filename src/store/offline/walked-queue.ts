// What reading the whole log showed of one consume queue, and what is said about it.

import type { Problem, QueueFiles, StoreFiles } from './store-files.js';
import type { UnitsReader } from './units-reader.js';

export interface QueueReport {
  topic: string;
  queueId: number;
  minOffset: number;
  maxOffset: number;
  messages: number;
  bytes: number;
}

export interface WalkedQueue extends QueueReport {
  files: QueueFiles | undefined;
  reader: UnitsReader | undefined;
  wrong: number;
  firstWrong: string;
  /** Messages before the first that the files have room for. */
  before: number;
  /** Entries that name a later record, which is to be of the same place in the queue. */
  later: Map<number, number>;
}

/** Its topic was deleted and made again: what came before is in no queue any more. */
export function beginAgain(queue: WalkedQueue): void {
  queue.messages = queue.bytes = queue.wrong = queue.before = 0;
  queue.firstWrong = '';
}

/** `topics` are those of config/topics.json; `level` is that of what a start does not look for. */
export function noteQueue(
  store: StoreFiles,
  queue: WalkedQueue,
  level: Problem['level'],
  topics: ReadonlySet<string> | undefined,
): void {
  const { topic, queueId, files, messages, later } = queue;
  const name = `${topic}/${queueId}`;
  if (!files) {
    if (store.queues.length === 0) return; // said of all of them
    const gone = topics !== undefined && !topics.has(topic);
    const missed = store.lost.has(name);
    const what = missed ? ': it will be made from the whole log' : '';
    const why = gone ? ' (the topic is deleted)' : what;
    const text = `has no files; the log has ${messages} messages of it${why}`;
    store.note(gone || missed ? 'warning' : 'error', `consumequeue/${name}`, text);
    return;
  }
  const wrong = queue.wrong + later.size;
  if (wrong === 0) return;
  const [misled] = later;
  const first = queue.firstWrong || `entry ${misled?.[0]} names ${misled?.[1]}`;
  const text = `${wrong} of ${messages} entries are wrong: ${first}`;
  if (queue.before > 0 && store.doubtful.has(name)) {
    const why = 'has lost its first files: it will be made from the whole log';
    store.note('warning', files.where, `${why}; ${text}`);
  } else store.note(store.lost.has(name) ? 'warning' : level, files.where, text);
}
