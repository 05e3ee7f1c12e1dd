// Entries of a consume queue as a broker has them (queryCq).

import { MqError } from '../../base/errors.js';
import { decodeBody, numberOf, objectOf, objectsOf, textOf } from '../../protocol/bodies/json.js';
import type { JsonObject } from '../../protocol/fastjson.js';
import { MASTER_ID } from '../../protocol/flags.js';
import type { Session } from '../session.js';

export interface QueueEntry {
  physicOffset: number;
  physicSize: number;
  tagsCode: number;
  extendDataJson: string | undefined;
  bitMap: string | undefined;
  eval: boolean;
  msg: string | undefined;
}

export interface QueueEntries {
  minQueueIndex: number;
  maxQueueIndex: number;
  entries: QueueEntry[];
  subscriptionData?: JsonObject;
  filterData?: string;
}

export interface EntriesArgs {
  topic: string;
  queueId: number;
  /** First entry. */
  index: number;
  count: number;
  /** Of the first broker of the topic without it. */
  brokerAddr?: string | undefined;
  consumerGroup?: string | undefined;
}

export async function queueEntries(session: Session, args: EntriesArgs): Promise<QueueEntries> {
  const { topic, queueId, index, count, consumerGroup } = args;
  const address = args.brokerAddr ?? (await firstMaster(session, topic));
  const header = { topic, queueId, index, count, consumerGroup };
  const answer = await session.request(address, 'QUERY_CONSUME_QUEUE', header);
  // A broker without such an entry answers SUCCESS with a remark and no body.
  if (answer.body.length === 0) {
    throw new MqError('REQUEST_REFUSED', { remark: answer.remark ?? 'the broker gave no entries' });
  }
  const fields = decodeBody(answer.body, 'QueryConsumeQueueResponseBody');
  return {
    minQueueIndex: numberOf(fields.minQueueIndex),
    maxQueueIndex: numberOf(fields.maxQueueIndex),
    entries: objectsOf(fields.queueData).map(entryOf),
    ...(fields.subscriptionData ? { subscriptionData: objectOf(fields.subscriptionData) } : {}),
    ...(typeof fields.filterData === 'string' ? { filterData: fields.filterData } : {}),
  };
}

async function firstMaster(session: Session, topic: string): Promise<string> {
  const route = await session.route(topic);
  const address = route.brokerDatas[0]?.brokerAddrs.get(MASTER_ID);
  if (address === undefined) throw new MqError('BROKER_NOT_FOUND', { broker: `of ${topic}` });
  return address;
}

function entryOf(fields: JsonObject): QueueEntry {
  const text = (key: string): string | undefined =>
    fields[key] === undefined || fields[key] === null ? undefined : textOf(fields[key]);
  return {
    physicOffset: numberOf(fields.physicOffset),
    physicSize: numberOf(fields.physicSize),
    tagsCode: numberOf(fields.tagsCode),
    extendDataJson: text('extendDataJson'),
    bitMap: text('bitMap'),
    eval: fields.eval === true,
    msg: text('msg'),
  };
}
