// mqadmin consumerProgress: Query consumer's progress, speed.

import { command, notServed } from '../../cli/define.js';
import { bool, option } from '../../cli/options.js';

export default command({
  summary: "Query consumer's progress, speed.",
  options: {
    groupName: option('g', 'consumer group name'),
    topicName: option('t', 'topic name'),
    showClientIP: bool('s', 'Show Client IP per Queue'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: notServed('consumerProgress', 'a later version'),
});
