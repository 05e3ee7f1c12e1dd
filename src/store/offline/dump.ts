// The messages of a store that nobody runs, in the order of the log.

import type { FileSystem } from '../../base/files.js';
import { MqError } from '../../base/errors.js';
import { formatHost, offsetMessageId } from '../../protocol/host.js';
import { type BatchMessage, decodeBatch } from '../../protocol/batch.js';
import { SysFlag } from '../../protocol/flags.js';
import { decodeRecord } from '../../protocol/message.js';
import { parseProperties } from '../../protocol/properties.js';
import { LogReader } from '../commitlog/log-reader.js';
import { RecordScanner } from '../format/record-scan.js';
import { StoreFiles } from './store-files.js';

export interface DumpFilter {
  /** Log offsets: from inclusive, to exclusive. `from` must be the begin of a record. */
  from?: number;
  to?: number;
  topic?: string;
  queueId?: number;
  /** A unique key or one of the keys. */
  key?: string;
  /** Most messages. */
  limit?: number;
}

export interface DumpedMessage {
  msgId: string;
  topic: string;
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
  size: number;
  flag: number;
  sysFlag: number;
  bornTimestamp: number;
  bornHost: string;
  storeTimestamp: number;
  storeHost: string;
  reconsumeTimes: number;
  preparedTransactionOffset: number;
  bodyCrc: number;
  properties: Record<string, string>;
  body: Buffer;
  /** Of a message that came in a batch: its place there; size and checksum are the record's. */
  batch?: { index: number; messages: number };
}

export function* dumpMessages(
  root: string,
  files: FileSystem,
  filter: DumpFilter = {},
  commitLogs: readonly string[] = [],
): Generator<DumpedMessage, void> {
  const store = new StoreFiles(root, files, commitLogs);
  try {
    const scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
    const begin = filter.from ?? store.commitLog.first?.start ?? 0;
    const reader = new LogReader(store.commitLog, scanner, begin);
    let count = 0;
    while (count < (filter.limit ?? Infinity) && reader.next()) {
      if (reader.offset >= (filter.to ?? Infinity)) return;
      if (!isOfQueue(scanner, filter)) continue;
      for (const message of messagesOf(Buffer.from(reader.record()))) {
        if (!hasKey(message, filter.key) || count++ >= (filter.limit ?? Infinity)) continue;
        yield message;
      }
    }
    // the end of the log is where a reader of all that comes goes on
    if (filter.from === undefined || reader.offset !== begin || scanner.reason === 'zeros') return;
    if (reader.atCapacity && begin === store.commitLog.capacityEnd) return;
    const reason = reader.atCapacity ? 'the log has no such place' : scanner.reason;
    throw new MqError('USAGE', { text: `no record begins at ${begin}: ${reason}` });
  } finally {
    store.close();
  }
}

function isOfQueue(record: RecordScanner, { topic, queueId }: DumpFilter): boolean {
  if (topic !== undefined && record.topic !== topic) return false;
  return queueId === undefined || record.queueId === queueId;
}

function hasKey({ properties: { UNIQ_KEY, KEYS = '' } }: DumpedMessage, key?: string): boolean {
  return key === undefined || UNIQ_KEY === key || KEYS.split(' ').includes(key);
}

/** Several where the record is that of a batch (MessageDecoder.decodeMessage). */
function messagesOf(bytes: Buffer): DumpedMessage[] {
  const record = dumped(bytes);
  if ((record.sysFlag & SysFlag.INNER_BATCH) === 0) return [record];
  const inner = innerOf(record.body);
  if (inner.length === 0) return [record];
  const base = Number(record.properties.INNER_BASE ?? record.queueOffset);
  return inner.map(({ flag, body, properties }, index) => ({
    ...record,
    queueOffset: base + index,
    flag,
    properties: parseProperties(properties),
    body,
    batch: { index, messages: inner.length },
  }));
}

/** None when the body is no batch, whatever the record's flag says. */
function innerOf(body: Buffer): BatchMessage[] {
  try {
    return decodeBatch(body);
  } catch {
    return [];
  }
}

function dumped(bytes: Buffer): DumpedMessage {
  const record = decodeRecord(bytes)!;
  const { totalSize, magic: _, bornHost, storeHost, properties, ...rest } = record;
  return {
    ...rest,
    msgId: offsetMessageId(storeHost, record.physicalOffset),
    size: totalSize,
    bornHost: formatHost(bornHost),
    storeHost: formatHost(storeHost),
    properties: parseProperties(properties),
  };
}
