// A batch for a topic with queue.type=BatchCQ is kept as one record, which the client cuts into its
// messages (SendMessageProcessor.sendBatchMessage).

import { Property, SysFlag } from '../../../protocol/flags.js';
import { formatProperties, parseProperties } from '../../../protocol/properties.js';
import type { PutMessage } from '../../../store/message-store.js';

/** Makes `message`, whose body is the batch, the record of `count` messages. */
export function asInnerBatch(message: PutMessage, count: number, cluster: string): PutMessage {
  const properties = parseProperties(message.properties);
  properties[Property.CLUSTER] = cluster;
  properties[Property.INNER_NUM] = String(count);
  message.properties = formatProperties(properties);
  message.sysFlag |= SysFlag.NEED_UNWRAP | SysFlag.INNER_BATCH;
  return message;
}
