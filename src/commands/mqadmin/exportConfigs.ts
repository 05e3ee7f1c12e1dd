// mqadmin exportConfigs: Export configs.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Export configs.',
  options: {
    clusterName: required('c', 'choose a cluster to export'),
    filePath: option('f', 'export configs.json path | default /tmp/rocketmq/export'),
  },
  run: notServed('exportConfigs', 'a later version'),
});
