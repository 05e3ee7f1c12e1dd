// What waited, as it goes into another queue: all of the record but its place.

import type { DecodedRecord } from '../../../protocol/message.js';
import type { PutMessage } from '../../../store/message-store.js';

export function dueMessage(
  record: DecodedRecord,
  topic: string,
  queueId: number,
  properties: string,
): PutMessage {
  const { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body } = record;
  const kept = { flag, sysFlag, bornTimestamp, bornHost, reconsumeTimes, body };
  return { topic, queueId, properties, ...kept };
}
