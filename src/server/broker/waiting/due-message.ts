// What waited, as it goes into another queue: all of the record but its place.

import type { DecodedRecord } from '../../../protocol/message.js';
import type { PutMessage } from '../../../store/message-store.js';

export function dueMessage(
  record: DecodedRecord,
  topic: string,
  queueId: number,
  properties: string,
): PutMessage {
  // field by field, as a message that is sent: what is spread gets a hidden class of its own
  return {
    topic,
    queueId,
    flag: record.flag,
    sysFlag: record.sysFlag,
    bornTimestamp: record.bornTimestamp,
    bornHost: record.bornHost,
    reconsumeTimes: record.reconsumeTimes,
    body: record.body,
    properties,
  };
}
