// JSON bodies about queues that the broker assigns to consumers, and how these are to be read.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import {
  decodeBody,
  encodeBody,
  type MessageQueue,
  numberOf,
  objectOf,
  objectsOf,
  queueOf,
  textOf,
} from './json.js';

export type RequestMode = 'PULL' | 'POP';

/** Body of SET_MESSAGE_REQUEST_MODE, and a row of messageRequestMode.json. */
export interface MessageRequestMode extends JsonObject {
  topic: string;
  consumerGroup: string;
  mode: RequestMode;
  popShareQueueNum: number;
}

export function requestModeOf(value: Json | undefined): MessageRequestMode {
  const fields = objectOf(value);
  return {
    topic: textOf(fields.topic),
    consumerGroup: textOf(fields.consumerGroup),
    mode: fields.mode === 'POP' ? 'POP' : 'PULL',
    popShareQueueNum: numberOf(fields.popShareQueueNum),
  };
}

export function encodeRequestMode(mode: MessageRequestMode): Buffer {
  return encodeBody(mode);
}

export function decodeRequestMode(body: Buffer): MessageRequestMode {
  return requestModeOf(decodeBody(body, 'SetMessageRequestModeRequestBody'));
}

/** By topic and group; answer of GET_ALL_MESSAGE_REQUEST_MODE and messageRequestMode.json. */
export type RequestModeTable = Map<string, Map<string, MessageRequestMode>>;

export function requestModeTableOf(fields: JsonObject): RequestModeTable {
  const topics = [...stringTable<Json>(fields.messageRequestModeMap)];
  return new Map(
    topics.map(([topic, groups]) => {
      const rows = [...stringTable<Json>(groups)];
      return [topic, new Map(rows.map(([group, mode]) => [group, requestModeOf(mode)]))];
    }),
  );
}

/** Body of QUERY_ASSIGNMENT. */
export interface AssignmentQuery extends JsonObject {
  topic: string;
  consumerGroup: string;
  clientId: string;
  strategyName: string;
  messageModel: string;
}

export function encodeAssignmentQuery(query: AssignmentQuery): Buffer {
  return encodeBody(query);
}

export function decodeAssignmentQuery(body: Buffer): AssignmentQuery {
  const fields = decodeBody(body, 'QueryAssignmentRequestBody');
  return {
    topic: textOf(fields.topic),
    consumerGroup: textOf(fields.consumerGroup),
    clientId: textOf(fields.clientId),
    strategyName: textOf(fields.strategyName, 'AVG'),
    messageModel: textOf(fields.messageModel, 'CLUSTERING'),
  };
}

/** MessageQueueAssignment. */
export interface QueueAssignment extends JsonObject {
  messageQueue: MessageQueue;
  mode: RequestMode;
}

/** Answer of QUERY_ASSIGNMENT; undefined tells the client to keep what it has. */
export function encodeAssignments(assignments: QueueAssignment[] | undefined): Buffer {
  return encodeBody(assignments ? { messageQueueAssignments: assignments } : {});
}

export function decodeAssignments(body: Buffer): QueueAssignment[] | undefined {
  const { messageQueueAssignments } = decodeBody(body, 'QueryAssignmentResponseBody');
  if (messageQueueAssignments === undefined) return undefined;
  return objectsOf(messageQueueAssignments).map((assignment) => ({
    messageQueue: queueOf(assignment.messageQueue),
    mode: assignment.mode === 'POP' ? 'POP' : 'PULL',
  }));
}
