// mqadmin getUser: Get user from cluster.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get user from cluster.',
  options: {
    brokerAddr: option('b', 'get user for which broker'),
    clusterName: option('c', 'get user for specified cluster'),
    username: option('u', 'the username of user to get'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('getUser', 'the access control of brokers'),
});
