// mqadmin listUser: List user from cluster.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'List user from cluster.',
  options: {
    brokerAddr: option('b', 'list user for which broker'),
    clusterName: option('c', 'list user for specified cluster'),
    filter: option('f', 'the filter to list users'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('listUser', 'the access control of brokers'),
});
