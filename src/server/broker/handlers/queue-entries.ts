// QUERY_CONSUME_QUEUE: entries of a consume queue, for people who look into a store (queryCq).

import { encodeBody } from '../../../protocol/bodies/json.js';
import { type JsonObject, writeJson } from '../../../protocol/fastjson.js';
import { readInt64, RecordAt } from '../../../protocol/message.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import { type ConsumerFilters, filterJson } from '../filter/consumer-filters.js';
import type { Consumers } from '../parts.js';

export interface QueueEntryDeps {
  store: MessageStore;
  consumers: Consumers;
  consumerFilters: ConsumerFilters;
}

/** Entries that one request may ask for. */
const MAX_ENTRIES = 4096;
const PAGE_BYTES = 1024 * 1024;

export function queueEntryHandlers(deps: QueueEntryDeps): Handlers {
  return { QUERY_CONSUME_QUEUE: (header) => queryConsumeQueue(deps, header) };
}

async function queryConsumeQueue(
  { consumers, consumerFilters, store }: QueueEntryDeps,
  header: Req<'QUERY_CONSUME_QUEUE'>,
): Promise<Reply> {
  const { topic = '', queueId = 0, index = 0, count = 0, consumerGroup } = header;
  if (!store.queues().get(topic)?.includes(queueId)) {
    return { code: ResponseCode.SYSTEM_ERROR, remark: `${queueId}@${topic} is not exist!` };
  }
  const minQueueIndex = store.minOffset(topic, queueId);
  const maxQueueIndex = store.maxOffset(topic, queueId);
  if (index < minQueueIndex || index >= maxQueueIndex) {
    return { remark: `Index ${index} of ${queueId}@${topic} is not exist!` };
  }
  const end = Math.min(index + Math.min(count, MAX_ENTRIES), maxQueueIndex);
  const queueData = await readEntries(store, topic, queueId, index, end);
  const answer: JsonObject = { queueData, minQueueIndex, maxQueueIndex };
  if (consumerGroup !== undefined) {
    const found = consumers.group(consumerGroup)?.subscription(topic);
    if (found) {
      const { tagsSet, codeSet } = found;
      answer.subscriptionData = { ...found, tagsSet: [...tagsSet], codeSet: [...codeSet] };
      const filter = consumerFilters.get(topic, consumerGroup);
      answer.filterData = filter ? writeJson(filterJson(filter), { pretty: true }) : 'null';
    } else {
      answer.filterData = `${consumerGroup}@${topic} is not online!`;
    }
  }
  return { body: encodeBody(answer) };
}

async function readEntries(
  store: MessageStore,
  topic: string,
  queueId: number,
  from: number,
  end: number,
): Promise<JsonObject[]> {
  const entries: JsonObject[] = [];
  let offset = from;
  while (offset < end) {
    const tags: bigint[] = [];
    const result = await store.get({
      topic,
      queueId,
      offset,
      maxMessages: end - offset,
      maxBytes: PAGE_BYTES,
      matchTags: (tagsCode) => tags.push(tagsCode) > 0,
    });
    result.records.forEach((record, i) => {
      entries.push({
        physicOffset: readInt64(record, RecordAt.physicalOffset),
        physicSize: record.length,
        tagsCode: Number(tags[i] ?? 0n),
        eval: false,
      });
    });
    if (result.nextBeginOffset <= offset || result.records.length === 0) break;
    offset = result.nextBeginOffset;
  }
  return entries;
}
