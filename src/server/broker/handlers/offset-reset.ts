// Resetting the offsets of a group, through its clients or in the broker itself, and asking the
// clients where they stand (Broker2Client, AdminBrokerProcessor.resetOffset).

import { describeError, type Logger } from '../../../base/log.js';
import { refuse } from '../../../base/errors.js';
import { encodeResetOffsets, encodeResetOffsetsForC } from '../../../protocol/bodies/group.js';
import {
  decodeBody,
  encodeBody,
  type MessageQueue,
  numberOf,
  queueTableOf,
} from '../../../protocol/bodies/json.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerOffsets } from '../pulling/consumer-offsets.js';
import type { Consumers, Groups, MessagingConfig, MessagingStoreConfig, Topics } from '../parts.js';

export interface OffsetResetDeps {
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  offsets: ConsumerOffsets;
  topics: Topics;
  groups: Groups;
  consumers: Consumers;
  log: Logger;
}

type Reset = Req<'INVOKE_BROKER_TO_RESET_OFFSET'>;

const STATUS_TIMEOUT_MS = 5000;

export function offsetResetHandlers(deps: OffsetResetDeps): Handlers {
  return {
    INVOKE_BROKER_TO_RESET_OFFSET: (header, call) =>
      deps.config.useServerSideResetOffset
        ? resetHere(deps, header)
        : resetThroughClients(deps, header, call),
    INVOKE_BROKER_TO_GET_CONSUMER_STATUS: (header) => askClients(deps, header),
  };
}

async function resetThroughClients(
  deps: OffsetResetDeps,
  header: Reset,
  call: Call,
): Promise<Reply> {
  const { topic: name, group, timestamp } = header;
  const topic = deps.topics.get(name);
  if (!topic) {
    const text = `[reset-offset] reset offset failed, no topic in this broker. topic=${name}`;
    throw refuse(ResponseCode.TOPIC_NOT_EXIST, text);
  }
  const table = new Map<MessageQueue, number>();
  for (let queueId = 0; queueId < topic.writeQueueNums; queueId++) {
    const now = deps.offsets.query(group, name, queueId);
    if (now === -1) {
      throw refuse(ResponseCode.SYSTEM_ERROR, `THe consumer group <${group}> not exist`);
    }
    const wanted = Math.max(0, await offsetAt(deps, name, queueId, timestamp));
    const { brokerName } = deps.config;
    const target = header.isForce || wanted < now ? wanted : now;
    table.set({ topic: name, brokerName, queueId }, target);
  }
  const members = deps.consumers.group(group)?.members() ?? [];
  if (members.length === 0) {
    const text =
      'Consumer not online, so can not reset offset, ' +
      `Group: ${group} Topic: ${name} Timestamp: ${timestamp}`;
    throw refuse(ResponseCode.CONSUMER_NOT_ONLINE, text);
  }
  const encode = call.frame.language === 'CPP' ? encodeResetOffsetsForC : encodeResetOffsets;
  const body = encode(table);
  for (const { connection } of members) {
    const request = { topic: name, group, timestamp, isForce: false, queueId: -1 };
    connection.oneway('RESET_CONSUMER_CLIENT_OFFSET', request, body);
  }
  return { body: encodeResetOffsets(table) };
}

/** With useServerSideResetOffset: the group's next pull of each queue is told where to go on. */
async function resetHere(deps: OffsetResetDeps, header: Reset): Promise<Reply> {
  const { topic: name, group } = header;
  if (deps.storeConfig.brokerRole === 'SLAVE') {
    throw refuse(ResponseCode.SYSTEM_ERROR, 'Can not reset offset in slave broker');
  }
  const topic = deps.topics.get(name);
  if (!topic) throw refuse(ResponseCode.TOPIC_NOT_EXIST, `Topic ${name} does not exist`);
  if (!deps.groups.has(group)) {
    throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group ${group} does not exist`);
  }
  const one = header.queueId !== undefined && header.queueId >= 0 ? header.queueId : undefined;
  const queueIds = one !== undefined ? [one] : [...Array(topic.readQueueNums).keys()];
  const targets = new Map<number, number>();
  for (const queueId of queueIds) {
    const given = one !== undefined && header.offset !== undefined && header.offset !== -1;
    const offset = given
      ? checkedOffset(deps, name, queueId, header.offset!)
      : await offsetAt(deps, name, queueId, header.timestamp);
    targets.set(queueId, offset);
  }
  if (targets.size === 0) throw refuse(ResponseCode.SYSTEM_ERROR, 'No queues to reset.');
  if (deps.config.popConsumerKVServiceEnable) deps.offsets.clearPulled(group, name);
  const table = new Map<MessageQueue, number>();
  for (const [queueId, offset] of targets) {
    deps.offsets.assignReset(group, name, queueId, offset);
    table.set({ topic: name, brokerName: deps.config.brokerName, queueId }, offset);
  }
  deps.log.info(`offsets of ${group} in ${name} are reset: ${JSON.stringify([...targets])}`);
  return { body: encodeResetOffsets(table) };
}

function checkedOffset(
  { store }: OffsetResetDeps,
  topic: string,
  queueId: number,
  offset: number,
): number {
  const min = store.minOffset(topic, queueId);
  const max = store.maxOffset(topic, queueId);
  if (offset >= min && offset <= max + 1) return offset;
  const text = `Target offset ${offset} not in consume queue range [${min}-${max}]`;
  throw refuse(ResponseCode.SYSTEM_ERROR, text);
}

/** -1 stands for the end of the queue. */
function offsetAt(
  { store }: OffsetResetDeps,
  topic: string,
  queueId: number,
  timestamp: number,
): number | Promise<number> {
  return timestamp === -1
    ? store.maxOffset(topic, queueId)
    : store.offsetByTime(topic, queueId, timestamp);
}

async function askClients(
  deps: OffsetResetDeps,
  { topic, group, clientAddr }: Req<'INVOKE_BROKER_TO_GET_CONSUMER_STATUS'>,
): Promise<Reply> {
  const members = deps.consumers.group(group)?.members() ?? [];
  if (members.length === 0) {
    const text = `No Any Consumer online in the consumer group: [${group}]`;
    throw refuse(ResponseCode.SYSTEM_ERROR, text);
  }
  const asked = clientAddr?.trim()
    ? members.filter(({ clientId }) => clientId === clientAddr)
    : members;
  const consumerTable = new Map<string, Map<MessageQueue, number>>();
  const timeoutMs = STATUS_TIMEOUT_MS;
  for (const { clientId, connection } of asked) {
    try {
      const header = { topic, group };
      const name = 'GET_CONSUMER_STATUS_FROM_CLIENT';
      const { body, code } = await connection.request(name, header, { timeoutMs });
      if (code !== ResponseCode.SUCCESS || body.length === 0) continue;
      const { messageQueueTable } = decodeBody(body, 'GetConsumerStatusBody');
      consumerTable.set(
        clientId,
        queueTableOf(messageQueueTable, (item) => numberOf(item)),
      );
    } catch (error) {
      deps.log.warn(`${clientId} did not tell its offsets: ${describeError(error)}`);
    }
  }
  return { body: encodeBody({ consumerTable, messageQueueTable: {} }) };
}
