// mqadmin sendMessage: Send a message.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import type { Context } from '../../cli/command/context.js';
import { format } from '../../cli/output/format.js';
import { createProducer } from '../../client/producer.js';
import { bool, int, option, required } from '../../cli/flags/options.js';
import { SEND_RESULT } from '../../cli/command/shapes.js';

export default command({
  summary: 'Send a message.',
  effect: 'changes',
  shape: SEND_RESULT,
  options: {
    topic: required('t', 'Topic name'),
    body: required('p', 'UTF-8 string format of the message body'),
    key: option('k', 'Message keys'),
    tags: option('c', 'Message tags'),
    broker: option('b', 'Send message to target broker'),
    qid: int('i', 'Send message to target queue'),
    msgTraceEnable: bool('m', 'Message Trace Enable, Default: false'),
  },
  async run(ctx, flags) {
    const { topic, body, key, tags, broker, qid } = flags;
    if (qid !== undefined && broker === undefined) {
      throw usage('Broker name must be set if the queue is chosen!', '-b is the name of a broker');
    }
    if (broker !== undefined) await checkBroker(ctx, topic, broker);
    const message = {
      topic,
      body,
      ...(key === undefined ? {} : { keys: key }),
      ...(tags === undefined ? {} : { tags }),
    };
    const producer = createProducer({ ...ctx.client, group: String(ctx.io.clock.now()) });
    try {
      await producer.start();
      if (broker === undefined) return await producer.send(message);
      if (qid !== undefined) {
        return await producer.send(message, { queue: { topic, brokerName: broker, queueId: qid } });
      }
      return await producer.send(message, {
        select: (queues) => queues.find((queue) => queue.brokerName === broker)!,
      });
    } finally {
      await producer.stop();
    }
  },
  text: ({ queue, status, msgId }) =>
    format(ROW, '#Broker Name', '#QID', '#Send Result', '#MsgId') +
    format(ROW, queue.brokerName, queue.queueId, status, msgId),
  table: ({ queue, status, msgId }) => ({
    head: ['Broker Name', 'QID', 'Send Result', 'MsgId'],
    rows: [[queue.brokerName, queue.queueId, status, msgId]],
  }),
});

const ROW = '%-32s  %-4s  %-20s    %s%n';

/** Some guides take -p for the producer group and -b for the body. */
async function checkBroker({ session }: Context, topic: string, broker: string): Promise<void> {
  const route = await session.findRoute(topic);
  if (!route) return;
  const names = route.brokerDatas.map(({ brokerName }) => brokerName);
  if (names.includes(broker)) return;
  throw usage(
    `the topic ${topic} has no broker named '${broker}'; it is on ${names.join(', ')}`,
    "-p is the message's body, -b a broker's name. A guide with -p for the producer group and " +
      '-b for the body means: -p <body>, and no -b',
  );
}
