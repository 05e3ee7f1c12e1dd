// Messages by key or tag through the index (DefaultMessageStore.queryMessage).

import type { Logger } from '../../base/log.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import { RecordScanner, storeTimestampOf } from '../format/record-scan.js';
import type { IndexHit } from '../index/index-search.js';
import type { MessageIndex } from '../index/message-index.js';
import type { QueryRequest, QueryResult } from '../message-store.js';
import { recordAt } from './record-at.js';

/** Entries whose messages are gone: the search goes on before them so often. */
const ROUNDS = 3;

export interface QuerySources {
  index: MessageIndex | undefined;
  commitLog: CommitLog;
  /** maxMsgsNumBatch. */
  config: { maxMsgsNumBatch: number };
  log: Logger;
}

export class KeyQueries {
  private readonly scanner = new RecordScanner({ checkBodyCrc: false, checkPropertyCrc: false });
  /** Said once: it would be said at each query. */
  private told = false;

  constructor(private readonly sources: QuerySources) {}

  async run(request: QueryRequest): Promise<QueryResult> {
    const { index, config } = this.sources;
    const result: QueryResult = {
      records: [],
      indexLastUpdateTimestamp: index?.endTimestamp ?? 0,
      indexLastUpdatePhyoffset: index?.endPhyOffset ?? 0,
    };
    if (!index) return result;
    const key = request.indexType === 'T' ? `T#${request.key}` : request.key;
    const maxMessages = Math.min(request.maxMessages, config.maxMsgsNumBatch);
    let end = request.end;
    for (let round = 0; round < ROUNDS && result.records.length === 0; round++) {
      const { keyHash, hits } = await index.find({ ...request, key, maxMessages, end });
      hits.sort((a, b) => a.physicalOffset - b.physicalOffset);
      if (hits.length === 0) break;
      for (const hit of hits) {
        const record = await this.recordOf(index, hit, keyHash);
        if (!record) continue;
        if (hit === hits[0]) end = storeTimestampOf(record);
        result.records.push(record);
      }
      if (end < request.begin) break;
    }
    return result;
  }

  /** Only one that has such a key: an entry that names another is damaged. */
  private async recordOf(
    index: MessageIndex,
    { physicalOffset, file }: IndexHit,
    keyHash: number,
  ): Promise<Buffer | undefined> {
    const { commitLog } = this.sources;
    const record = await recordAt(commitLog, physicalOffset);
    if (!record) {
      if (physicalOffset >= commitLog.min) this.tell(physicalOffset, file.path);
      return undefined;
    }
    const { scanner } = this;
    // what the log itself has damaged is for its reader to see
    if (scanner.scan(record, 0, physicalOffset, record.length) !== 'record') return record;
    const { unique, words, tag } = scanner.keys;
    if (unique === keyHash || tag === keyHash || words.includes(keyHash)) return record;
    if (index.has(file)) index.suspect(file, `${physicalOffset} of the log has other keys`);
    return undefined;
  }

  private tell(physicalOffset: number, path: string): void {
    if (this.told) return;
    this.told = true;
    this.sources.log.error(
      `${path} names a message at ${physicalOffset} of the log, and there is none: queries ` +
        `by key do not find it, and maybe others. 'pocketmq store check' tells whether the ` +
        `log is damaged (a file of it comes from a copy) or the index: stop the broker, ` +
        `remove ${path}, start it`,
    );
  }
}
