// Answers of request-reply: handed to the client that waits for them, and stored in the cluster's
// reply topic (ReplyMessageProcessor).

import type { Clock } from '../../../base/clock.js';
import { MqError } from '../../../base/errors.js';
import { describeError, type Logger } from '../../../base/log.js';
import { formatHost, type Host } from '../../../protocol/host.js';
import {
  formatProperties,
  parseProperties,
  type Properties,
} from '../../../protocol/properties.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers, Reply } from '../../../remoting/handler.js';
import type { PutMessage } from '../../../store/message-store.js';
import type { Append, AppendResult } from '../sending/append.js';
import { offsetIdsOf } from '../sending/message-ids.js';
import type { MessagingConfig, Producers, Topics, TopicView } from '../parts.js';
import { checkSend, type SendHeader } from '../sending/send-checks.js';
import type { Stats } from '../running/stats.js';

export interface ReplyDeps {
  config: MessagingConfig;
  append: Append;
  topics: Topics;
  producers: Producers;
  stats: Stats;
  clock: Clock;
  log: Logger;
  storeHost: Host;
}

type ReplyCall = Call<'SEND_REPLY_MESSAGE' | 'SEND_REPLY_MESSAGE_V2'>;

/** How long the waiting client may take to acknowledge. */
const PUSH_TIMEOUT_MS = 10_000;
const RECIPIENT = 'REPLY_TO_CLIENT';
const PUSH_TIME = 'PUSH_REPLY_TIME';

export function replyHandlers(deps: ReplyDeps): Handlers {
  const msgIds = offsetIdsOf(deps.storeHost);
  const reply = async (header: SendHeader, call: ReplyCall): Promise<Reply> => {
    const { config } = deps;
    const ext = { MSG_REGION: config.regionId, TRACE_ON: String(config.traceOn) };
    let topic: TopicView;
    try {
      topic = checkSend(deps, header, call.connection);
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      return { code: error.responseCode, remark: describeError(error), ext };
    }
    const anyQueue = Math.floor(Math.random() * Math.max(1, topic.writeQueueNums));
    const queueId = header.queueId < 0 ? anyQueue : header.queueId;
    const properties = { ...parseProperties(header.properties ?? ''), ...ext };
    const stored = config.storeReplyMessageEnable
      ? store(deps, messageOf(header, call, queueId, properties))
      : undefined;
    const fault = await push(deps, header, call, properties);
    const place = placeOf(await stored, queueId, msgIds);
    const answer = { ext: { ...place, ...ext } };
    if (fault === undefined) return answer;
    return { ...answer, code: ResponseCode.SYSTEM_ERROR, remark: fault };
  };
  return { SEND_REPLY_MESSAGE: reply, SEND_REPLY_MESSAGE_V2: reply };
}

/** Where the reply is stored; nothing when that failed, zeros when it was not tried. */
function placeOf(
  result: AppendResult | undefined,
  queueId: number,
  msgIds: (physicalOffsets: number[]) => string,
): Record<string, string> {
  if (result?.physicalOffsets.length === 0) return {};
  const msgId = result ? msgIds(result.physicalOffsets) : '0';
  return { msgId, queueId: String(queueId), queueOffset: String(result?.queueOffset ?? 0) };
}

/** Why the reply did not reach the client that waits for it. */
async function push(
  { clock, log, producers, storeHost }: ReplyDeps,
  header: SendHeader,
  call: ReplyCall,
  properties: Properties,
): Promise<string | undefined> {
  const recipient = properties[RECIPIENT];
  if (recipient === undefined) return `reply message properties[${RECIPIENT}] is null`;
  const connection = producers.byClientId(recipient);
  if (!connection) return `push reply message fail, channel of <${recipient}> not found.`;
  const now = clock.now();
  const push = {
    ...header,
    bname: undefined, // RocketMQ does not pass it on
    properties: formatProperties({ ...properties, [PUSH_TIME]: String(now) }),
    bornHost: call.connection.remote,
    storeHost: formatHost(storeHost),
    storeTimestamp: now,
  };
  try {
    const options = { body: call.body, timeoutMs: PUSH_TIMEOUT_MS };
    const answer = await connection.request('PUSH_REPLY_MESSAGE_TO_CLIENT', push, options);
    if (answer.code === ResponseCode.SUCCESS) return undefined;
    log.warn(`${recipient} refused a reply: ${answer.remark}`);
  } catch (error) {
    log.warn(`a reply did not reach ${recipient}: ${describeError(error)}`);
  }
  return `push reply message to ${recipient}fail.`;
}

function store(deps: ReplyDeps, message: PutMessage): Promise<AppendResult> {
  const { append, clock, log, stats } = deps;
  const begin = clock.now();
  return new Promise((resolve) => {
    append.put(message, (result) => {
      const { topic, queueId } = message;
      if (result.physicalOffsets.length === 0) log.warn(`a reply is not stored: ${result.status}`);
      else stats.topicPut(topic, queueId, 1, result.bytes, clock.now() - begin);
      resolve(result);
    });
  });
}

function messageOf(
  header: SendHeader,
  call: ReplyCall,
  queueId: number,
  properties: Properties,
): PutMessage {
  return {
    topic: header.topic,
    queueId,
    flag: header.flag,
    sysFlag: 0,
    bornTimestamp: header.bornTimestamp,
    bornHost: call.connection.host,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    body: call.body,
    properties: formatProperties(properties),
  };
}
