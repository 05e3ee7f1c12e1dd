// A store on a disk in memory from its start to its end, with what its senders have heard.

import { SysFlag } from '../../../src/protocol/flags.js';
import { encodeBatch } from '../../../src/protocol/batch.js';
import type { PutMessage, PutResult } from '../../../src/store/message-store.js';
import { openMessageStore } from '../../../src/store/open.js';
import type { OpenOptions } from '../../../src/store/open.js';
import type { StoreConfig } from '../../../src/store/config.js';
import { FakeClock, settle } from '../fake-clock.js';
import type { MemoryFiles } from '../memory-files.js';
import {
  batchOf,
  message,
  properties,
  recordingLogger,
  storeConfig,
  storeHost,
  type TestStore,
} from '../support.js';
import { Ledger, type Sent } from './ledger.js';

export const ROOT = '/data/store';
export const BEGIN = 1_800_000_000_000;

export interface Settings {
  config?: Partial<StoreConfig>;
  options?: Partial<OpenOptions>;
}

/** Files so small that a few messages fill them. */
const SMALL: Partial<StoreConfig> = {
  mappedFileSizeCommitLog: 4096,
  mappedFileSizeConsumeQueue: 20 * 8,
  mapperFileSizeBatchConsumeQueue: 46 * 4,
  maxHashSlotNum: 10,
  maxIndexNum: 40,
  deleteCommitLogFilesInterval: 0,
  deleteConsumeQueueFilesInterval: 0,
  flushConsumeQueueThoroughInterval: 3000,
};

export interface Put {
  topic?: string;
  queueId?: number;
  /** Of the body; the record has some 200 more. */
  bytes?: number;
  /** Of light queues that have it, too. */
  light?: readonly string[];
  /** In place of keys of its own: of a compacted topic. */
  key?: string;
}

export class Life {
  store!: TestStore;
  lines: string[] = [];
  clock: FakeClock;

  constructor(
    readonly files: MemoryFiles,
    readonly settings: Settings = {},
    readonly ledger = new Ledger(),
    begin = BEGIN,
  ) {
    this.clock = new FakeClock(begin);
    files.now = () => this.clock.now();
  }

  async open(changes: Settings = {}): Promise<void> {
    const log = recordingLogger();
    this.lines = log.lines;
    const config = { ...SMALL, ...this.settings.config, ...changes.config };
    const { files } = this;
    this.clock = new FakeClock(this.clock.now() + 1000);
    this.store = openMessageStore({
      config: storeConfig(ROOT, config),
      ...{ files, log, storeHost, clock: this.clock },
      ...this.settings.options,
      ...changes.options,
    });
    await this.store.start();
  }

  /** A stop may wait for time to pass. */
  async stop(): Promise<void> {
    await this.store.stop();
  }

  put(put: Put = {}): Sent {
    const { topic = 'T', queueId = 0 } = put;
    const sent = this.note(topic, queueId, put.bytes, 1);
    sent.key = put.key;
    this.store.put(this.messageOf(sent, put), (result) => this.ledger.answer(sent, result));
    return sent;
  }

  /** Messages that come together and are kept one by one. */
  putBatch(count: number, put: Put = {}): void {
    const { topic = 'T', queueId = 0 } = put;
    const parts = Array.from({ length: count }, () => this.note(topic, queueId, put.bytes, 1));
    const messages = parts.map((sent) => this.messageOf(sent, put));
    this.store.putBatch(...batchOf(messages), (result) =>
      parts.forEach((sent, i) => this.ledger.answer(sent, result, i)),
    );
  }

  /** As one record of a topic with queue.type=BatchCQ. */
  putInner(count: number, put: Put = {}): void {
    const { topic = 'B', queueId = 0 } = put;
    const sent = this.note(topic, queueId, put.bytes, count);
    const one = Buffer.from(sent.body);
    const body = encodeBatch(
      Array.from({ length: count }, () => ({ flag: 0, body: one, properties: '' })),
    );
    sent.body = body;
    const text = { ...this.namesOf(sent), INNER_NUM: String(count) };
    const inner: PutMessage = {
      ...this.messageOf(sent, put),
      ...{ body, properties: properties(text) },
      sysFlag: SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP,
    };
    this.store.put(inner, (result: PutResult) => this.ledger.answer(sent, result));
  }

  async fill(count: number, put: (i: number) => Put = () => ({})): Promise<void> {
    for (let i = 0; i < count; i++) this.put(put(i));
    await settle();
  }

  private note(topic: string, queueId: number, bytes = 60, count = 1): Sent {
    const id = this.ledger.size;
    const body = Buffer.from(`m${id} `.padEnd(bytes, '.'));
    return this.ledger.send({ topic, queueId, tag: `T${id % 3}`, body, count });
  }

  private messageOf(sent: Sent, put: Put): PutMessage {
    const names = this.namesOf(sent, put);
    const { topic, queueId, body } = sent;
    return message({ topic, queueId, body, properties: properties(names) });
  }

  private namesOf({ id, tag }: Sent, { light, key }: Put = {}): Record<string, string> {
    return {
      ...{ UNIQ_KEY: `u${id}`, KEYS: key ?? `k${id} all`, TAGS: tag },
      ...(light && { INNER_MULTI_DISPATCH: light.join(',') }),
    };
  }
}
