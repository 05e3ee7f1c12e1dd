// Messages that a listener refused: back to the broker, which delivers them again later.

import { describeError } from '../../base/log.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { Property, RETRY_PREFIX } from '../../protocol/flags.js';
import type { ReceivedMessage } from '../message.js';
import { queueAddress } from '../queues.js';
import type { Session } from '../session.js';

/** Has the broker deliver a message again after a delay of its choice; false when it refuses. */
export async function sendBack(
  session: Session,
  args: { group: string; message: ReceivedMessage; queue: MessageQueue; maxReconsumeTimes: number },
): Promise<boolean> {
  const { group, message, queue, maxReconsumeTimes } = args;
  try {
    const address = await queueAddress(session, queue);
    await session.request(address, 'CONSUMER_SEND_MSG_BACK', {
      offset: message.commitLogOffset,
      group,
      delayLevel: 0,
      originMsgId: message.msgId,
      originTopic: message.topic,
      unitMode: false,
      maxReconsumeTimes,
      bname: queue.brokerName,
    });
    return true;
  } catch (error) {
    session.log.warn(`send back ${message.msgId}: ${describeError(error)}`);
    return false;
  }
}

/** A message that comes again carries the retry topic; programs see the one it was sent to. */
export function restoreTopic(message: ReceivedMessage, group: string): void {
  const origin = message.properties[Property.RETRY_TOPIC];
  if (origin !== undefined && message.topic === RETRY_PREFIX + group) message.topic = origin;
}
