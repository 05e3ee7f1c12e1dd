// What a producer knows after a send.

import type { MessageQueue } from '../protocol/bodies/json.js';

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
