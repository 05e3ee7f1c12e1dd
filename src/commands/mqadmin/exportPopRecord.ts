// mqadmin exportPopRecord: Export pop consumer record.

import { command, notServed } from '../../cli/define.js';
import { bool, option } from '../../cli/options.js';

export default command({
  summary: 'Export pop consumer record',
  options: {
    clusterName: option('c', 'choose one cluster to export'),
    brokerAddr: option('b', 'choose one broker to export'),
    dryRun: bool('d', 'no actual changes will be made'),
  },
  run: notServed('exportPopRecord', 'POP consumption'),
});
