// mqadmin allocateMQ: Allocate MQ.

import { command } from '../../cli/command/define.js';
import { allocateAveragely } from '../../client/consumer/allocate.js';
import { topicQueues } from '../../client/queues.js';
import { required } from '../../cli/flags/options.js';
import { QUEUE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Allocate MQ.',
  effect: 'reads',
  shape: { result: { '*': [QUEUE] } },
  options: {
    topic: required('t', 'topic name'),
    ipList: required('i', 'ipList'),
  },
  async run({ session }, { topic, ipList }) {
    const queues = await topicQueues(session, topic);
    const ips = ipList.split(',');
    return {
      result: Object.fromEntries(ips.map((ip) => [ip, allocateAveragely(queues, ips, ip)])),
    };
  },
  text: ({ result }) => {
    const table = Object.entries(result).map(([ip, queues]) => [
      ip,
      queues.map(({ brokerName, queueId, topic }) => ({ brokerName, queueId, topic })),
    ]);
    return `${JSON.stringify({ result: Object.fromEntries(table) as unknown })}\n`;
  },
  table: ({ result }) => ({
    head: ['IP', 'Broker Name', 'QID'],
    rows: Object.entries(result).flatMap(([ip, queues]) =>
      queues.map(({ brokerName, queueId }) => [ip, brokerName, queueId]),
    ),
  }),
});
