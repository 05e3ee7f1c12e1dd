// mqadmin exportMetadata: Export metadata.

import { command, notServed } from '../../cli/define.js';
import { option, toggle } from '../../cli/options.js';

export default command({
  summary: 'Export metadata.',
  options: {
    clusterName: option('c', 'choose a cluster to export'),
    brokerAddr: option('b', 'choose a broker to export'),
    filePath: option('f', 'export metadata.json path | default /tmp/rocketmq/export'),
    topic: toggle('t', 'only export topic metadata'),
    subscriptionGroup: toggle('g', 'only export subscriptionGroup metadata'),
    specialTopic: toggle('s', 'need retryTopic and dlqTopic'),
  },
  run: notServed('exportMetadata', 'a later version'),
});
