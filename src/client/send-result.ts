// What a producer knows after a send.

import type { MessageQueue } from '../protocol/bodies/json.js';
import type { Res } from '../protocol/requests/index.js';
import { ResponseCode } from '../protocol/responses.js';

/** The message is stored in any case; the others say which copy is not safe yet. */
export type SendStatus =
  'SEND_OK' | 'FLUSH_DISK_TIMEOUT' | 'FLUSH_SLAVE_TIMEOUT' | 'SLAVE_NOT_AVAILABLE';

export interface SendResult {
  status: SendStatus;
  /** The client's unique id; ids of a batch joined by commas. */
  msgId: string;
  /** Where the broker stored it, in an id. */
  offsetMsgId?: string;
  queue: MessageQueue;
  queueOffset: number;
  transactionId?: string;
  /** With this a timer message can be taken back. */
  recallHandle?: string;
}

const STATUS_OF: Readonly<Record<number, SendStatus>> = {
  [ResponseCode.SUCCESS]: 'SEND_OK',
  [ResponseCode.FLUSH_DISK_TIMEOUT]: 'FLUSH_DISK_TIMEOUT',
  [ResponseCode.FLUSH_SLAVE_TIMEOUT]: 'FLUSH_SLAVE_TIMEOUT',
  [ResponseCode.SLAVE_NOT_AVAILABLE]: 'SLAVE_NOT_AVAILABLE',
};

/** Answers to a send that mean: the message is stored. */
export const STORED: readonly number[] = Object.keys(STATUS_OF).map(Number);

export function sendResultOf(
  { code, header }: { code: number; header: Res<'SEND_MESSAGE_V2'> },
  queue: MessageQueue,
  uniqId: string,
): SendResult {
  const { msgId, queueId, queueOffset, transactionId, recallHandle } = header;
  return {
    status: STATUS_OF[code]!,
    msgId: uniqId,
    ...(msgId === undefined ? {} : { offsetMsgId: msgId }),
    queue: { ...queue, queueId: queueId ?? queue.queueId },
    queueOffset: queueOffset ?? 0,
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(recallHandle === undefined ? {} : { recallHandle }),
  };
}
