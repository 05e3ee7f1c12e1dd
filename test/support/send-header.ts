// The header of a send as Java's client writes it, with what a test wants otherwise.

import { formatProperties, type Properties } from '../../src/protocol/properties.js';
import type { Req } from '../../src/protocol/requests/index.js';

export function sendHeader(
  topic: string,
  properties: Properties = {},
  changes: Partial<Req<'SEND_MESSAGE_V2'>> = {},
): Req<'SEND_MESSAGE_V2'> {
  return {
    producerGroup: 'producers',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: Date.now(),
    flag: 0,
    properties: formatProperties(properties),
    reconsumeTimes: 0,
    unitMode: false,
    batch: false,
    ...changes,
  };
}
