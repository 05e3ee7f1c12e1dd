// mqadmin topicStatus: Examine topic Status info.

import { command } from '../../cli/command/define.js';
import { dateTimeMillis, format, front, javaDouble } from '../../cli/output/format.js';
import { topicStats } from '../../client/admin/topic-stats.js';
import { option, required } from '../../cli/flags/options.js';
import { QUEUE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Examine topic Status info.',
  effect: 'reads',
  shape: {
    queues: [{ ...QUEUE, minOffset: 'int', maxOffset: 'int', lastUpdateTimestamp: 'int' }],
    topicPutTps: 'number',
  },
  options: {
    topic: required('t', 'topic name'),
    cluster: option('c', 'cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: ({ session }, { topic, cluster }) => topicStats(session, { topic, cluster }),
  text: ({ queues, topicPutTps }) =>
    [
      format(HEAD, '#Broker Name', '#QID', '#Min Offset', '#Max Offset', '#Last Updated'),
      ...queues.map((queue) =>
        format(
          ROW,
          front(queue.brokerName, 32),
          queue.queueId,
          queue.minOffset,
          queue.maxOffset,
          queue.lastUpdateTimestamp > 0 ? dateTimeMillis(queue.lastUpdateTimestamp) : '',
        ),
      ),
      `\nTopic Put TPS: ${javaDouble(topicPutTps)}\n`,
    ].join(''),
  table: ({ queues }) => ({
    head: ['Broker Name', 'QID', 'Min Offset', 'Max Offset', 'Last Updated'],
    rows: queues.map((queue) => [
      queue.brokerName,
      queue.queueId,
      queue.minOffset,
      queue.maxOffset,
      queue.lastUpdateTimestamp > 0 ? dateTimeMillis(queue.lastUpdateTimestamp) : '',
    ]),
  }),
});

const HEAD = '%-32s  %-4s  %-20s  %-20s    %s%n';
const ROW = '%-32s  %-4d  %-20d  %-20d    %s%n';
