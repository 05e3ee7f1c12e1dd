// Messages by key or tag through the index (DefaultMessageStore.queryMessage).

import type { CommitLog } from '../commitlog/commit-log.js';
import { storeTimestampOf } from '../format/record-scan.js';
import type { MessageIndex } from '../index/message-index.js';
import type { QueryRequest, QueryResult } from '../message-store.js';
import { recordAt } from './record-at.js';

/** Entries whose messages are gone: the search goes on before them so often. */
const ROUNDS = 3;

export interface QuerySources {
  index: MessageIndex | undefined;
  commitLog: CommitLog;
  /** maxMsgsNumBatch. */
  maxBatch: number;
}

export async function queryMessages(
  { index, commitLog, maxBatch }: QuerySources,
  request: QueryRequest,
): Promise<QueryResult> {
  const result: QueryResult = {
    records: [],
    indexLastUpdateTimestamp: index?.endTimestamp ?? 0,
    indexLastUpdatePhyoffset: index?.endPhyOffset ?? 0,
  };
  if (!index) return result;
  const key = request.indexType === 'T' ? `T#${request.key}` : request.key;
  const maxMessages = Math.min(request.maxMessages, maxBatch);
  let end = request.end;
  for (let round = 0; round < ROUNDS && result.records.length === 0; round++) {
    const hits = await index.find({ ...request, key, maxMessages, end });
    const offsets = [...hits.physicalOffsets].sort((a, b) => a - b);
    if (offsets.length === 0) break;
    for (const offset of offsets) {
      const record = await recordAt(commitLog, offset);
      if (!record) continue;
      if (offset === offsets[0]) end = storeTimestampOf(record);
      result.records.push(record);
    }
    if (end < request.begin) break;
  }
  return result;
}
