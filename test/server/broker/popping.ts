// A POP client's requests, and the receipts that it makes of the answers.

import { decodeRecords, type DecodedRecord } from '../../../src/protocol/message.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { ANY, type RunningBroker } from './running-broker.js';

/** A broker by its address, whoever made it. */
export type At = Pick<RunningBroker, 'address' | 'client'>;

export const GROUP = 'poppers';

/**
 * Of a request that waits for `pollTime`. One that comes half a second too late is refused, which a
 * machine that pauses does to those that do not wait: they are born when it suits them.
 */
export const bornTimeOf = (pollTime = 0): number => (pollTime > 0 ? Date.now() : 4e12);

/** Pops from all queues without waiting; any answer comes back. */
export async function pop(broker: At, topic: string, changes: Partial<Req<'POP_MESSAGE'>> = {}) {
  const header = {
    consumerGroup: GROUP,
    topic,
    queueId: -1,
    maxMsgNums: 32,
    invisibleTime: 60_000,
    pollTime: 0,
    bornTime: bornTimeOf(changes.pollTime),
    initMode: 0,
    expType: 'TAG',
    exp: '*',
    order: false,
    ...changes,
  };
  const answer = await broker.client.request(broker.address, 'POP_MESSAGE', header, {
    allow: ANY,
  });
  return { ...answer, messages: decodeRecords(answer.body) };
}

export type Popped = Awaited<ReturnType<typeof pop>>;

export const texts = (messages: DecodedRecord[]): string[] =>
  messages.map(({ body }) => String(body));

/** The receipt that a client makes of an answer; a retry brings its own. */
export function receipt(answer: Popped, message: DecodedRecord): string {
  const own = parseProperties(message.properties).POP_CK;
  if (own !== undefined) return own;
  const { popTime, invisibleTime, reviveQid, startOffsetInfo } = answer.header;
  const starts = new Map(
    (startOffsetInfo ?? '').split(';').map((part): [number, string] => {
      const [, queueId, offset] = part.split(' ');
      return [Number(queueId), offset];
    }),
  );
  const { queueId, queueOffset } = message;
  const parts = [starts.get(queueId), popTime, invisibleTime, reviveQid, 0, 'broker-a', queueId];
  return [...parts, queueOffset].join(' ');
}

export function ack(
  broker: At,
  topic: string,
  { queueId, queueOffset: offset }: DecodedRecord,
  extraInfo: string,
) {
  const header = { consumerGroup: GROUP, topic, queueId, offset, extraInfo };
  return broker.client.request(broker.address, 'ACK_MESSAGE', header, { allow: ANY });
}

export function changeTime(
  broker: At,
  topic: string,
  { queueId, queueOffset: offset }: DecodedRecord,
  extraInfo: string,
  changes: Partial<Req<'CHANGE_MESSAGE_INVISIBLETIME'>>,
) {
  const header = { consumerGroup: GROUP, topic, queueId, offset, extraInfo, invisibleTime: 1000 };
  const name = 'CHANGE_MESSAGE_INVISIBLETIME';
  return broker.client.request(broker.address, name, { ...header, ...changes }, { allow: ANY });
}
