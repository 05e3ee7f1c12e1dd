// mqadmin getBrokerLiteInfo: Get broker lite info.

import { command, notServed } from '../../cli/define.js';
import { option, toggle } from '../../cli/options.js';

export default command({
  summary: 'Get broker lite info.',
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'Cluster name'),
    showDetail: toggle('d', 'Show topic and group detail info'),
  },
  oneOf: [['brokerAddr', 'cluster']],
  run: notServed('getBrokerLiteInfo', 'lite topics'),
});
