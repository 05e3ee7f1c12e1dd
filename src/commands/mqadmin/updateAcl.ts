// mqadmin updateAcl: Update acl to cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Update acl to cluster.',
  options: {
    clusterName: option('c', 'update acl to which cluster'),
    brokerAddr: option('b', 'update acl to which broker'),
    subject: required('s', 'the subject of acl to update.'),
    resources: required('r', 'the resources of acl to update'),
    actions: required('a', 'the actions of acl to update'),
    decision: required('d', 'the decision of acl to update'),
    sourceIp: option('i', 'the sourceIps of acl to update'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: notServed('updateAcl', 'the access control of brokers'),
});
