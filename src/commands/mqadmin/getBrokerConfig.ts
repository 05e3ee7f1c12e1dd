// mqadmin getBrokerConfig: Get broker config by cluster or special broker.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get broker config by cluster or special broker.',
  options: {
    brokerAddr: option('b', 'get which broker'),
    clusterName: option('c', 'get which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('getBrokerConfig', 'a later version'),
});
