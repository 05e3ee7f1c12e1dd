// Stores in temporary directories, and messages to put into them.

import type { TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { silentLogger } from '../../src/base/log.js';
import type { Logger } from '../../src/base/log.js';
import { type BatchPart, batchParts, encodeBatch } from '../../src/protocol/batch.js';
import { decodeRecord } from '../../src/protocol/message.js';
import type { DecodedRecord } from '../../src/protocol/message.js';
import type { StoreConfig } from '../../src/store/config.js';
import type {
  GetRequest,
  GetResult,
  MessageStore,
  PutMessage,
  PutResult,
} from '../../src/store/message-store.js';
import { openMessageStore } from '../../src/store/open.js';
import type { OpenOptions } from '../../src/store/open.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { FakeClock } from './fake-clock.js';
import type { MemoryFiles } from './memory-files.js';

export type TestStore = ReturnType<typeof openMessageStore>;

/** RocketMQ's defaults, with files so small that they roll over soon. */
export function storeConfig(root: string, changes: Partial<StoreConfig> = {}): StoreConfig {
  return {
    storePathRootDir: root,
    mappedFileSizeCommitLog: 1024 * 1024,
    mappedFileSizeConsumeQueue: 120_000,
    mapperFileSizeBatchConsumeQueue: 46 * 1000,
    enableConsumeQueueExt: false,
    mappedFileSizeConsumeQueueExt: 64 * 1024,
    maxMessageSize: 65_536,
    osPageCacheBusyTimeOutMills: 60_000,
    brokerRole: 'ASYNC_MASTER',
    inSyncReplicas: 1,
    slaveTimeout: 3000,
    offsetCheckInSlave: false,
    flushDiskType: 'ASYNC_FLUSH',
    syncFlushTimeout: 5000,
    flushIntervalCommitLog: 500,
    flushCommitLogLeastPages: 4,
    flushCommitLogThoroughInterval: 10_000,
    flushIntervalConsumeQueue: 1000,
    flushConsumeQueueLeastPages: 2,
    flushConsumeQueueThoroughInterval: 60_000,
    checkCRCOnRecover: true,
    enabledAppendPropCRC: false,
    forceVerifyPropCRC: false,
    messageDelayLevel: '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h',
    messageIndexEnable: true,
    maxHashSlotNum: 1000,
    maxIndexNum: 4000,
    maxMsgsNumBatch: 64,
    maxFilterMessageSize: 16_000,
    accessMessageInMemoryMaxRatio: 40,
    maxTransferBytesOnMessageInMemory: 256 * 1024,
    maxTransferCountOnMessageInMemory: 32,
    maxTransferBytesOnMessageInDisk: 64 * 1024,
    maxTransferCountOnMessageInDisk: 8,
    cleanResourceInterval: 10_000,
    deleteWhen: '04',
    fileReservedTime: 72,
    deleteFileBatchMax: 10,
    deleteCommitLogFilesInterval: 100,
    deleteConsumeQueueFilesInterval: 100,
    redeleteHangedFileInterval: 120_000,
    diskMaxUsedSpaceRatio: 99,
    diskSpaceWarningLevelRatio: 99,
    diskSpaceCleanForciblyRatio: 99,
    cleanFileForciblyEnable: true,
    ...changes,
  };
}

const endings = new WeakMap<TestContext, Ending>();

/** Of a test: a store stops before its folder goes, or it would write into that again. */
function endingOf(t: TestContext): Ending {
  const known = endings.get(t) ?? endingWith((work) => t.after(work));
  endings.set(t, known);
  return known;
}

export const temporaryFolder = (t: TestContext): string => tempFolder(endingOf(t));

export const storeHost = { address: Buffer.from([127, 0, 0, 1]), port: 10911 };

export type OpenChanges = Partial<StoreConfig> & { with?: Partial<OpenOptions> };

/** A started store; it is stopped with the test unless it was before. */
export async function openStore(
  t: TestContext,
  root: string,
  { with: options, ...changes }: OpenChanges = {},
): Promise<TestStore> {
  const store = openMessageStore({
    config: storeConfig(root, changes),
    files: realFiles,
    clock: systemClock,
    log: silentLogger,
    storeHost,
    ...options,
  });
  await store.start();
  endingOf(t).after(() => store.stop());
  return store;
}

export function message(changes: Partial<PutMessage> = {}): PutMessage {
  return {
    topic: 'TestTopic',
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: { address: Buffer.from([10, 0, 0, 1]), port: 4711 },
    reconsumeTimes: 0,
    body: Buffer.from('hello'),
    properties: '',
    ...changes,
  };
}

export const properties = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}\u0001${value}\u0002`)
    .join('');

export function put(store: MessageStore, changes: Partial<PutMessage> = {}): Promise<PutResult> {
  return new Promise((resolve) => store.put(message(changes), resolve));
}

/** The messages as one, of the topic and queue of the first. */
export function batchOf(messages: readonly PutMessage[]): [PutMessage, BatchPart[]] {
  const body = encodeBatch(messages);
  return [{ ...messages[0], body, properties: '' }, batchParts(body)];
}

export async function putMany(
  store: MessageStore,
  count: number,
  of: (i: number) => Partial<PutMessage>,
): Promise<PutResult[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => put(store, of(i))));
}

export async function get(
  store: MessageStore,
  request: Partial<GetRequest> = {},
): Promise<Omit<GetResult, 'messages'> & { messages: DecodedRecord[] }> {
  const result = await store.get({
    topic: 'TestTopic',
    queueId: 0,
    offset: 0,
    maxMessages: 32,
    maxBytes: 1024 * 1024,
    ...request,
  });
  return { ...result, messages: result.records.map((record) => decodeRecord(record)!) };
}

/** All messages of a queue, by pulls as a client makes them. */
export async function readQueue(
  store: MessageStore,
  topic: string,
  queueId: number,
  from = store.minOffset(topic, queueId),
): Promise<DecodedRecord[]> {
  const messages: DecodedRecord[] = [];
  for (let offset = from; offset < store.maxOffset(topic, queueId);) {
    const result = await get(store, { topic, queueId, offset });
    if (result.nextBeginOffset <= offset) throw new Error(`stuck at ${offset}: ${result.status}`);
    messages.push(...result.messages);
    offset = result.nextBeginOffset;
  }
  return messages;
}

/** Keeps the lines that a store logs. */
export function recordingLogger(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const say = (level: string) => (text: string, cause?: unknown) => {
    lines.push(`${level} ${text}${cause === undefined ? '' : ` ${String(cause)}`}`);
  };
  const logger = {
    lines,
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => logger,
  };
  return logger;
}

/** A store on a disk in memory, with what it logs, and its clock. */
export interface Recorded {
  store: TestStore;
  lines: string[];
  clock: FakeClock;
}

export async function openRecorded(
  t: TestContext,
  files: MemoryFiles,
  changes: OpenChanges = {},
): Promise<Recorded> {
  const log = recordingLogger();
  const clock = new FakeClock(1_800_000_000_000);
  const options = { ...changes.with, files, log, clock };
  const store = await openStore(t, '/data/store', { ...changes, with: options });
  return { store, lines: log.lines, clock };
}
