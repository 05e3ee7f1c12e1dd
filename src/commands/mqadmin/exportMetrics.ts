// mqadmin exportMetrics: Export metrics.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Export metrics.',
  options: {
    clusterName: required('c', 'choose a cluster to export'),
    filePath: option('f', 'export metrics.json path | default /tmp/rocketmq/export'),
  },
  run: notServed('exportMetrics', 'a later version'),
});
