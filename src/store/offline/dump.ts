// The messages of a store that nobody runs, in the order of the log.

import type { FileSystem } from '../../base/files.js';
import { MqError } from '../../base/errors.js';
import { formatHost, offsetMessageId } from '../../protocol/host.js';
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
}

export function* dumpMessages(
  root: string,
  files: FileSystem,
  filter: DumpFilter = {},
): Generator<DumpedMessage, void> {
  const store = new StoreFiles(root, files);
  try {
    const scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
    const begin = filter.from ?? store.commitLog.first?.start ?? 0;
    const reader = new LogReader(store.commitLog, scanner, begin);
    let count = 0;
    while (count < (filter.limit ?? Infinity) && reader.next()) {
      if (reader.offset >= (filter.to ?? Infinity)) return;
      if (!matches(scanner, filter)) continue;
      count++;
      yield dumped(Buffer.from(reader.record()));
    }
    if (filter.from !== undefined && reader.offset === begin && !reader.atCapacity) {
      const reason = `no record begins at ${begin} (${scanner.reason})`;
      throw new MqError('STORE_UNREADABLE', { path: root, reason });
    }
  } finally {
    store.close();
  }
}

function matches(record: RecordScanner, filter: DumpFilter): boolean {
  if (filter.topic !== undefined && record.topic !== filter.topic) return false;
  if (filter.queueId !== undefined && record.queueId !== filter.queueId) return false;
  if (filter.key === undefined) return true;
  const { UNIQ_KEY, KEYS = '' } = parseProperties(record.properties);
  return UNIQ_KEY === filter.key || KEYS.split(' ').includes(filter.key);
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
