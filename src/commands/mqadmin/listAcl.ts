// mqadmin listAcl: List acl from cluster.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'List acl from cluster.',
  options: {
    brokerAddr: option('b', 'list acl for which broker.'),
    clusterName: option('c', 'list acl for specified cluster.'),
    subject: option('s', 'the subject of acl to filter.'),
    resource: option('r', 'the resource of acl to filter.'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('listAcl', 'the access control of brokers'),
});
