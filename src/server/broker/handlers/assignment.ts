// Queues that the broker assigns to consumers that leave it to the broker, and the way in which
// they are to be read (QueryAssignmentProcessor).

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import {
  type AssignmentQuery,
  decodeAssignmentQuery,
  decodeRequestMode,
  encodeAssignments,
  type MessageRequestMode,
  type RequestMode,
} from '../../../protocol/bodies/assignment.js';
import type { MessageQueue } from '../../../protocol/bodies/json.js';
import { LMQ_PREFIX, RETRY_PREFIX } from '../../../protocol/flags.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import { allocate, allocatePop } from '../clients/allocation.js';
import type { ConsumerTable } from '../clients/consumers.js';
import type { GroupConfigs } from '../metadata/groups.js';
import type { RequestModes } from '../metadata/request-modes.js';
import type { Routes } from '../clients/routes.js';
import type { TopicConfigs } from '../metadata/topics.js';

export interface AssignmentHandlersParts {
  config: {
    brokerName: string;
    serverLoadBalancerEnable: boolean;
    defaultMessageRequestMode: RequestMode;
    defaultPopShareQueueNum: number;
  };
  /** Whether this broker serves POP. */
  popServed: boolean;
  topics: TopicConfigs;
  groups: GroupConfigs;
  consumers: ConsumerTable;
  requestModes: RequestModes;
  routes: Routes;
  log: Logger;
}

export function assignmentHandlers(parts: AssignmentHandlersParts): Handlers {
  const { topics, groups, requestModes } = parts;
  return {
    QUERY_ASSIGNMENT: async (_header, call) => {
      const query = decodeAssignmentQuery(call.body);
      const wanted = modeOf(parts, query);
      const queues = await assigned(parts, query, wanted);
      const { mode } = wanted;
      return { body: encodeAssignments(queues?.map((messageQueue) => ({ messageQueue, mode }))) };
    },
    SET_MESSAGE_REQUEST_MODE: (_header, call) => {
      const wish = decodeRequestMode(call.body);
      if (wish.topic.startsWith(RETRY_PREFIX)) {
        throw refuse(ResponseCode.NO_PERMISSION, 'retry topic is not allowed to set mode');
      }
      if (!topics.get(wish.topic)) {
        throw refuse(ResponseCode.TOPIC_NOT_EXIST, `topic[${wish.topic}] not exist`);
      }
      if (!groups.find(wish.consumerGroup)) {
        const remark = 'subscription group does not exist';
        throw refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark);
      }
      if (wish.mode === 'POP' && !parts.popServed) {
        const remark = 'POP consumption is not served by this broker, only PULL can be set';
        throw refuse(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark);
      }
      requestModes.set(wish);
      return {};
    },
    GET_ALL_MESSAGE_REQUEST_MODE: () => ({ body: Buffer.from(requestModes.encode()) }),
  };
}

type Wanted = Pick<MessageRequestMode, 'mode' | 'popShareQueueNum'>;

/** How the group reads the topic: as it was set, else the broker's default; retries are pulled. */
function modeOf(
  { config, requestModes, popServed }: AssignmentHandlersParts,
  { topic, consumerGroup }: AssignmentQuery,
): Wanted {
  const set = requestModes.get(topic, consumerGroup);
  if (set) return set;
  const retry = topic.startsWith(RETRY_PREFIX);
  const mode = retry || !popServed ? 'PULL' : config.defaultMessageRequestMode;
  return { mode, popShareQueueNum: mode === 'POP' ? config.defaultPopShareQueueNum : 0 };
}

/** The client's queues; undefined when that cannot be said, and the client keeps what it has. */
async function assigned(
  { config, routes, consumers, log }: AssignmentHandlersParts,
  { topic, consumerGroup, clientId, strategyName, messageModel }: AssignmentQuery,
  { mode, popShareQueueNum }: Wanted,
): Promise<MessageQueue[] | undefined> {
  const queues = topic.startsWith(LMQ_PREFIX)
    ? [{ topic, brokerName: config.brokerName, queueId: 0 }]
    : await routes.readable(topic);
  if (!queues) {
    log.warn(`no queues for group ${consumerGroup}: there is no route of topic ${topic}`);
    return undefined;
  }
  if (messageModel === 'BROADCASTING' || !config.serverLoadBalancerEnable) return queues;
  const group = consumers.group(consumerGroup);
  if (!group) return undefined;
  const ids = group.clientIds();
  const mine =
    mode === 'POP'
      ? allocatePop(strategyName, queues, ids, clientId, popShareQueueNum)
      : allocate(strategyName, queues, ids, clientId);
  if (!mine) log.warn(`no queues for group ${consumerGroup}: unknown strategy ${strategyName}`);
  return mine;
}
