// mqadmin getAcl: Get acl from cluster.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get acl from cluster.',
  options: {
    brokerAddr: option('b', 'get acl for which broker'),
    clusterName: option('c', 'get acl for specified cluster'),
    subject: option('s', 'the subject of acl to get'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('getAcl', 'the access control of brokers'),
});
