// mqadmin queryMsgByUniqueKey: Query Message by Unique key.

import { command } from '../../cli/command/define.js';
import {
  type MessageDetail,
  messageDetailText,
  messageJson,
  saveBody,
} from '../../cli/text/message.js';
import { findByUniqueId, messageTracks } from '../../client/admin/messages.js';
import { consumeDirectly } from '../../client/admin/running.js';
import { directResultText } from '../../client/config-text.js';
import { option, required, toggle } from '../../cli/flags/options.js';
import { MESSAGE_DETAIL } from '../../cli/command/shapes.js';

export default command({
  summary: 'Query Message by Unique key.',
  effect: 'reads',
  shape: {
    '|': [
      [MESSAGE_DETAIL],
      {
        order: 'bool',
        autoCommit: 'bool',
        consumeResult: 'text',
        'remark?': 'text|null',
        spentTimeMills: 'int',
        '*': 'any',
      },
    ],
  },
  options: {
    msgId: required('i', 'Message Id'),
    consumerGroup: option('g', 'consumer group name'),
    clientId: option('d', "The consumer's client id"),
    topic: required('t', 'The topic of msg'),
    showAll: toggle('a', 'Print all message, the limit is 32'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
    startTime: option('s', 'startTime'),
    endTime: option('e', 'endTime'),
  },
  async run(
    ctx,
    { topic, msgId, consumerGroup: group, clientId, showAll, cluster },
  ): Promise<Found> {
    const found = await findByUniqueId(ctx.session, { topic, msgId, clusterName: cluster });
    const messages = showAll ? found : found.slice(0, 1);
    if (group !== undefined && clientId !== undefined) {
      const args = { group, clientId, message: messages[0]! };
      return { pushed: await consumeDirectly(ctx.session, args) };
    }
    const details: MessageDetail[] = [];
    for (const message of messages) {
      const tracks = await messageTracks(ctx.session, message);
      details.push({ message, bodyPath: saveBody(ctx.io, message), tracks });
    }
    return { details };
  },
  text: ({ pushed, details }) =>
    pushed
      ? directResultText(pushed)
      : details!.map((one) => messageDetailText(one, { uniqueKey: true })).join(''),
  json: ({ pushed, details }) =>
    pushed ??
    details!.map(({ message, bodyPath, tracks }) => ({
      ...messageJson(message),
      bodyPath,
      tracks,
    })),
});

interface Found {
  details?: MessageDetail[];
  pushed?: Awaited<ReturnType<typeof consumeDirectly>>;
}
