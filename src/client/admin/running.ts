// What connected consumers answer themselves, asked through a broker.

import { MqError } from '../../base/errors.js';
import {
  type ConsumerRunningInfo,
  decodeDirectResult,
  decodeRunningInfo,
  type DirectConsumeResult,
} from '../../protocol/bodies/running.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { ReceivedMessage } from '../message.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';
import { consumerConnection } from './clients.js';

/** consumerStatus -i: what one client of a group does now. */
export async function runningInfo(
  session: Session,
  args: { group: string; clientId: string; jstackEnable?: boolean },
): Promise<ConsumerRunningInfo> {
  const { group: consumerGroup, clientId, jstackEnable = false } = args;
  const route = await session.route(RETRY_PREFIX + consumerGroup);
  for (const data of route.brokerDatas) {
    const address = readAddressOf(data);
    if (address === undefined) continue;
    const header = { consumerGroup, clientId, jstackEnable };
    const answer = await session.request(address, 'GET_CONSUMER_RUNNING_INFO', header);
    return decodeRunningInfo(answer.body);
  }
  const responseCode = ResponseCode.CONSUMER_NOT_ONLINE;
  throw new MqError('GROUP_OFFLINE', { group: consumerGroup }, { responseCode });
}

/** consumerStatus: every client of a group; a client that does not answer is left out. */
export async function runningInfos(
  session: Session,
  args: { group: string; jstackEnable?: boolean; brokerAddr?: string | undefined },
): Promise<Map<string, ConsumerRunningInfo>> {
  const { connectionSet } = await consumerConnection(session, args);
  const infos = new Map<string, ConsumerRunningInfo>();
  for (const { clientId } of connectionSet) {
    try {
      infos.set(clientId, await runningInfo(session, { ...args, clientId }));
    } catch (error) {
      session.log.warn(`running info of ${clientId}`, error);
    }
  }
  return infos;
}

/** queryMsgById -g -d: has a client consume one message again, and says how that went. */
export async function consumeDirectly(
  session: Session,
  args: { group: string; clientId: string; message: ReceivedMessage },
): Promise<DirectConsumeResult> {
  const { group: consumerGroup, clientId, message } = args;
  const { topic, offsetMsgId: msgId } = message;
  const header = { consumerGroup, clientId, msgId, topic };
  const options = { timeoutMs: session.timeoutMs * 3 };
  const address = message.storeHost;
  const answer = await session.request(address, 'CONSUME_MESSAGE_DIRECTLY', header, options);
  return decodeDirectResult(answer.body);
}
