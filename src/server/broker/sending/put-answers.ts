// What a producer is told of each way in which a message can fail or half succeed to be stored
// (SendMessageProcessor.handlePutMessageResult).

import { ResponseCode } from '../../../protocol/responses.js';
import type { AppendResult, AppendStatus } from './append.js';
import type { MessagingStoreConfig } from '../parts.js';

export interface PutAnswer {
  /** The message is in the log. */
  stored: boolean;
  code: number;
  remark?: string;
}

type Answer = (config: MessagingStoreConfig, reason: string) => PutAnswer;

const stored = (code: number): Answer => {
  const answer = { stored: true, code };
  return () => answer;
};

const failed =
  (code: number, remark: (config: MessagingStoreConfig, reason: string) => string): Answer =>
  (config, reason) => ({ stored: false, code, remark: remark(config, reason) });

const illegal = failed(
  ResponseCode.MESSAGE_ILLEGAL,
  ({ maxMessageSize }) =>
    'the message is illegal, maybe msg body or properties length not matched. ' +
    `msg body length limit ${maxMessageSize}B, msg properties length limit 32KB.`,
);

const ANSWERS: Readonly<Record<AppendStatus, Answer>> = {
  PUT_OK: stored(ResponseCode.SUCCESS),
  FLUSH_DISK_TIMEOUT: stored(ResponseCode.FLUSH_DISK_TIMEOUT),
  FLUSH_SLAVE_TIMEOUT: stored(ResponseCode.FLUSH_SLAVE_TIMEOUT),
  SLAVE_NOT_AVAILABLE: stored(ResponseCode.SLAVE_NOT_AVAILABLE),
  MESSAGE_ILLEGAL: illegal,
  PROPERTIES_SIZE_EXCEEDED: illegal,
  SERVICE_NOT_AVAILABLE: failed(
    ResponseCode.SERVICE_NOT_AVAILABLE,
    (_, reason) =>
      'service not available now. It may be caused by one of the following reasons: ' +
      `the broker's disk is full [${reason}], messages are put to the slave, ` +
      'message store has been shut down, etc.',
  ),
  IN_SYNC_REPLICAS_NOT_ENOUGH: failed(
    ResponseCode.SYSTEM_ERROR,
    () => 'in-sync replicas not enough',
  ),
  LMQ_CONSUME_QUEUE_NUM_EXCEEDED: failed(
    ResponseCode.LMQ_QUOTA_EXCEEDED,
    () => '[LMQ_CONSUME_QUEUE_NUM_EXCEEDED]lmq consume queue num exceeded.',
  ),
  DELAY_LEVEL_ILLEGAL: failed(
    ResponseCode.SYSTEM_ERROR,
    () => 'the delay level of the message is no whole number',
  ),
  WHEEL_TIMER_MSG_ILLEGAL: failed(
    ResponseCode.MESSAGE_ILLEGAL,
    ({ timerMaxDelaySec }) =>
      'timer message illegal, the delay time should not be bigger than the max delay ' +
      `${timerMaxDelaySec * 1000}ms; or if set del msg, the delay time should be bigger than ` +
      'the current time',
  ),
  WHEEL_TIMER_FLOW_CONTROL: failed(
    ResponseCode.SYSTEM_ERROR,
    ({ timerCongestNumEachSlot: few }) =>
      `timer message is under flow control, max num limit is ${2 * few} or the current value is ` +
      `greater than ${few} and less than ${2 * few}, trigger random flow control`,
  ),
  WHEEL_TIMER_NOT_ENABLE: failed(
    ResponseCode.SYSTEM_ERROR,
    ({ timerWheelEnable }) =>
      `accurate timer message is not enabled, timerWheelEnable is ${timerWheelEnable}`,
  ),
};

export function putAnswer(result: AppendResult, config: MessagingStoreConfig): PutAnswer {
  return ANSWERS[result.status](config, result.reason ?? '');
}
