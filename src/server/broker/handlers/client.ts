// Clients of the broker: heartbeats, who is connected, and requests that are passed on to them
// (ClientManageProcessor, ConsumerManageProcessor, parts of AdminBrokerProcessor).

import { describeError, type Logger } from '../../../base/log.js';
import { MqError, refuse } from '../../../base/errors.js';
import {
  type ClientConnection,
  type ConsumerData,
  decodeCheckClientConfig,
  decodeHeartbeat,
  encodeConsumerConnection,
  encodeConsumerList,
  encodeGroupSubscription,
  encodeProducerConnection,
  encodeProducerTable,
  type HeartbeatData,
} from '../../../protocol/bodies/client.js';
import { Perm, RETRY_PREFIX, TopicSysFlag } from '../../../protocol/flags.js';
import { parseOffsetMessageId } from '../../../protocol/host.js';
import type { RequestName } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { versionName } from '../../../protocol/versions.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { ConsumerTable } from '../clients/consumers.js';
import type { GroupConfigs } from '../metadata/groups.js';
import type { ClientMember } from '../parts.js';
import type { ProducerTable } from '../clients/producers.js';
import type { Stats } from '../running/stats.js';
import type { TopicConfigs } from '../metadata/topics.js';

export interface ClientHandlersParts {
  config: {
    brokerName: string;
    brokerClusterName: string;
    rejectPullConsumerEnable: boolean;
    enablePropertyFilter: boolean;
  };
  topics: TopicConfigs;
  groups: GroupConfigs;
  consumers: ConsumerTable;
  producers: ProducerTable;
  store: MessageStore;
  stats: Stats;
  log: Logger;
  /** Throws when an expression of a type other than TAG cannot be compiled. */
  compileFilter(expressionType: string, expression: string): void;
}

const { SYSTEM_ERROR, CONSUMER_NOT_ONLINE, CONSUME_MSG_TIMEOUT } = ResponseCode;
/** The first version whose consumers answer requests of the broker (V3_1_8_SNAPSHOT). */
const OLDEST_ANSWERING = 62;
const CALL_TIMEOUT_MS = 10_000;

export function clientHandlers(parts: ClientHandlersParts): Handlers {
  return {
    ...heartbeatHandlers(parts),
    ...connectionHandlers(parts),
    ...forwardHandlers(parts),
  };
}

function heartbeatHandlers(parts: ClientHandlersParts): Handlers {
  const { config, groups, consumers, producers, compileFilter } = parts;
  /** By group the fingerprint of the last heartbeat, 0 for one of the first version. */
  const fingerprints = new Map<string, number>();
  consumers.onGroup({ gone: (group) => void fingerprints.delete(group) });
  return {
    HEART_BEAT: (_header, call) => {
      const heartbeat = decodeHeartbeat(call.body);
      const changed = takeHeartbeat(
        parts,
        heartbeat,
        memberOf(call, heartbeat.clientID),
        (group) => {
          const before = fingerprints.get(group);
          fingerprints.set(group, heartbeat.heartbeatFingerprint);
          return before !== undefined && before !== heartbeat.heartbeatFingerprint;
        },
      );
      const first = heartbeat.heartbeatFingerprint === 0;
      return { ext: { IS_SUPPORT_HEART_BEAT_V2: 'true', IS_SUB_CHANGE: String(first || changed) } };
    },
    UNREGISTER_CLIENT: ({ producerGroup, consumerGroup }, call) => {
      if (producerGroup !== undefined) producers.unregister(producerGroup, call.connection);
      if (consumerGroup !== undefined) {
        const notify = groups.find(consumerGroup)?.notifyConsumerIdsChangedEnable ?? true;
        consumers.unregister(consumerGroup, call.connection, notify);
      }
      return {};
    },
    CHECK_CLIENT_CONFIG: (_header, call) => {
      if (call.body.length === 0) return {};
      const { subscriptionData } = decodeCheckClientConfig(call.body);
      if (!subscriptionData) return {};
      const { expressionType, subString } = subscriptionData;
      if (expressionType === '' || expressionType === 'TAG') return {};
      if (!config.enablePropertyFilter) {
        const refused = 'The broker does not support consumer to filter message by';
        throw refuse(SYSTEM_ERROR, `${refused} ${expressionType}`);
      }
      try {
        compileFilter(expressionType, subString);
      } catch (error) {
        throw refuse(ResponseCode.SUBSCRIPTION_PARSE_FAILED, describeError(error));
      }
      return {};
    },
  };
}

const memberOf = (call: Call, clientId: string): ClientMember => ({
  clientId,
  connection: call.connection,
  language: call.frame.language,
  version: call.frame.version,
});

/** Registers the client in all its groups; true when `seen` says so of one of them. */
function takeHeartbeat(
  { config, groups, topics, consumers, producers, stats }: ClientHandlersParts,
  heartbeat: HeartbeatData,
  client: ClientMember,
  seen: (group: string) => boolean,
): boolean {
  let changed = false;
  for (const data of heartbeat.consumerDataSet) {
    if (config.rejectPullConsumerEnable && data.consumeType === 'CONSUME_ACTIVELY') continue;
    if (seen(data.groupName)) changed = true;
    const group = groups.find(data.groupName);
    if (!group) continue;
    createRetryTopic(topics, data, group.retryQueueNums);
    consumers.register(client, data, {
      notify: group.notifyConsumerIdsChangedEnable,
      keepSubscriptions: heartbeat.heartbeatFingerprint !== 0 && heartbeat.withoutSub,
    });
    stats.add('CONSUMER_REGISTER_TIME', config.brokerClusterName, 0);
  }
  for (const { groupName } of heartbeat.producerDataSet) {
    producers.register(groupName, client);
    stats.add('PRODUCER_REGISTER_TIME', config.brokerClusterName, 0);
  }
  return changed;
}

function createRetryTopic(topics: TopicConfigs, data: ConsumerData, queues: number): void {
  const ordered = data.subscriptionDataSet.some(({ topic }) => topics.get(topic)?.order);
  const sysFlag = data.unitMode ? TopicSysFlag.UNIT_SUB : 0;
  const name = RETRY_PREFIX + data.groupName;
  topics.createSendBack(name, queues, Perm.READ | Perm.WRITE, sysFlag, ordered);
}

function connectionHandlers({ consumers, producers }: ClientHandlersParts): Handlers {
  return {
    GET_CONSUMER_LIST_BY_GROUP: ({ consumerGroup }) => {
      const ids = consumers.group(consumerGroup)?.clientIds() ?? [];
      if (ids.length > 0) return { body: encodeConsumerList(ids) };
      throw refuse(SYSTEM_ERROR, `no consumer for this group, ${consumerGroup}`);
    },
    GET_CONSUMER_CONNECTION_LIST: ({ consumerGroup }) => {
      const group = consumers.group(consumerGroup);
      if (!group) {
        throw refuse(CONSUMER_NOT_ONLINE, `the consumer group[${consumerGroup}] not online`);
      }
      const { consumeType, messageModel, consumeFromWhere, subscriptions } = group;
      const connectionSet = group.members().map(connectionOf);
      const subscriptionTable = new Map(subscriptions);
      return {
        body: encodeConsumerConnection({
          connectionSet,
          subscriptionTable,
          consumeType,
          messageModel,
          consumeFromWhere,
        }),
      };
    },
    GET_PRODUCER_CONNECTION_LIST: ({ producerGroup }) => {
      const members = producers.members(producerGroup);
      if (!members) throw refuse(SYSTEM_ERROR, `the producer group[${producerGroup}] not exist`);
      return { body: encodeProducerConnection(members.map(connectionOf)) };
    },
    GET_ALL_PRODUCER_INFO: () => {
      const table = [...producers.all()].map(([group, members]) => {
        const rows = members.map(({ clientId, connection, language, version, seenAt }) => ({
          clientId,
          remoteIP: `/${connection.remote}`, // as Java prints a socket address
          language,
          version,
          lastUpdateTimestamp: seenAt,
        }));
        return [group, rows] as const;
      });
      return { body: encodeProducerTable(new Map(table)) };
    },
    QUERY_SUBSCRIPTION_BY_CONSUMER: ({ group, topic = '' }) => {
      const subscriptionData = consumers.group(group)?.subscriptions.get(topic);
      return { body: encodeGroupSubscription({ subscriptionData, group, topic }) };
    },
  };
}

const connectionOf = (member: ClientMember): ClientConnection => ({
  clientId: member.clientId,
  clientAddr: member.connection.remote,
  language: member.language,
  version: member.version,
});

function forwardHandlers(parts: ClientHandlersParts): Handlers {
  const { config, topics, groups, store } = parts;
  return {
    GET_CONSUMER_RUNNING_INFO: ({ consumerGroup, clientId }, call) =>
      askConsumer(parts, 'GET_CONSUMER_RUNNING_INFO', { consumerGroup, clientId }, call),
    CONSUME_MESSAGE_DIRECTLY: async ({ consumerGroup, clientId, topic, msgId = '' }, call) => {
      const ext: Record<string, string> = { ...call.frame.ext, brokerName: config.brokerName };
      const known = topic ? topics.get(topic) : undefined;
      if (known) ext.topicSysFlag = String(known.topicSysFlag);
      const group = groups.find(consumerGroup);
      if (group) ext.groupSysFlag = String(group.groupSysFlag);
      const offset = parseOffsetMessageId(msgId)?.offset;
      const body = offset === undefined ? undefined : await store.recordAt(offset);
      if (!body) throw refuse(SYSTEM_ERROR, `there is no message ${msgId} in this broker`);
      const target = { consumerGroup, clientId };
      return askConsumer(parts, 'CONSUME_MESSAGE_DIRECTLY', target, call, { ext, body });
    },
  };
}

/** Passes a request on to a member of a group, and its answer back as it is. */
async function askConsumer<N extends 'GET_CONSUMER_RUNNING_INFO' | 'CONSUME_MESSAGE_DIRECTLY'>(
  { consumers }: ClientHandlersParts,
  name: N,
  { consumerGroup, clientId }: { consumerGroup: string; clientId: string | undefined },
  call: Call,
  changes: { ext?: Record<string, string>; body?: Buffer } = {},
): Promise<Reply<RequestName>> {
  const who = `<${consumerGroup}> <${clientId ?? 'null'}>`;
  const member = consumers.group(consumerGroup)?.member(clientId);
  if (!member) throw refuse(SYSTEM_ERROR, `The Consumer ${who} not online`);
  if (member.version < OLDEST_ANSWERING) {
    const version = versionName(member.version);
    const advice = 'too low to finish, please upgrade it to V3_1_8_SNAPSHOT';
    throw refuse(SYSTEM_ERROR, `The Consumer <${clientId}> Version <${version}> ${advice}`);
  }
  try {
    const ext = changes.ext ?? { ...call.frame.ext };
    const body = changes.body ?? call.body;
    const header = { consumerGroup, clientId: clientId ?? '' };
    const options = { ext, body, timeoutMs: CALL_TIMEOUT_MS };
    const answer = await member.connection.request(name, header as never, options);
    const { code, remark, body: answered } = answer;
    return { code, remark, ext: answer.ext ?? {}, body: answered };
  } catch (error) {
    const late = error instanceof MqError && error.code === 'REQUEST_TIMEOUT';
    const code = late ? CONSUME_MSG_TIMEOUT : SYSTEM_ERROR;
    const what = late ? `consumer ${who} Timeout` : `invoke consumer ${who} Exception`;
    throw refuse(code, `${what}: ${describeError(error)}`);
  }
}
