// mqadmin sendMsgStatus: Send msg to broker.

import { command } from '../../cli/command/define.js';
import { sendResultText } from '../../client/java-text.js';
import { createProducer } from '../../client/producer.js';
import { int, required } from '../../cli/flags/options.js';
import { SEND_RESULT } from '../../cli/command/shapes.js';

export default command({
  summary: 'Send msg to broker.',
  effect: 'changes',
  stoppable: true,
  shape: [{ ...SEND_RESULT, rtMs: 'int' }],
  options: {
    brokerName: required('b', 'Broker Name e.g. clusterName_brokerName as DefaultCluster_broker-a'),
    messageSize: int('s', 'Message Size, Default: 128'),
    count: int('c', 'send message count, Default: 50'),
  },
  async run(ctx, { brokerName, messageSize = 128, count = 50 }) {
    const { clock } = ctx.io;
    const producer = createProducer({ ...ctx.client, group: 'PID_SMSC' });
    const results = [];
    try {
      await producer.start();
      await producer.send({ topic: brokerName, body: textOf(16) });
      for (let i = 0; i < count && !ctx.stopped; i++) {
        const begin = clock.monotonic();
        const result = await producer.send({ topic: brokerName, body: textOf(messageSize) });
        const rtMs = Math.round(clock.monotonic() - begin);
        ctx.emit(`rt=${rtMs}ms, SendResult=${sendResultText(result)}\n`);
        results.push({ rtMs, ...result });
      }
    } finally {
      await producer.stop();
    }
    return results;
  },
});

/** The body that RocketMQ sends: `hello jodie` until it is long enough. */
const textOf = (bytes: number): string => 'hello jodie'.repeat(Math.ceil(Math.max(1, bytes) / 11));
