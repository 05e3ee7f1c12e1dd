// What connected consumers answer themselves, asked through a broker.

import { MqError } from '../../base/errors.js';
import {
  type ConsumerRunningInfo,
  decodeDirectResult,
  decodeRunningInfo,
  type DirectConsumeResult,
} from '../../protocol/bodies/running.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { ResponseCode, responseName } from '../../protocol/responses.js';
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
    const name = 'GET_CONSUMER_RUNNING_INFO';
    const answer = await session.request(address, name, header);
    return decodeRunningInfo(bodyOf(answer, address, name));
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
  const name = 'CONSUME_MESSAGE_DIRECTLY';
  const answer = await session.request(address, name, header, options);
  return decodeDirectResult(bodyOf(answer, address, name));
}

/** A client that cannot tell says why, and may call that success (Go's: "json marshal error"). */
function bodyOf({ code, remark = '', body }: Answered, address: string, request: string): Buffer {
  if (body.length > 0) return body;
  const details = { address, request, responseCode: code, name: responseName(code), remark };
  throw new MqError('REMOTE_ERROR', details, { responseCode: code });
}

interface Answered {
  code: number;
  remark?: string | undefined;
  body: Buffer;
}
