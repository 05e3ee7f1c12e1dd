// mqadmin createAcl: Create acl to cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Create acl to cluster.',
  options: {
    clusterName: option('c', 'create acl to which cluster'),
    brokerAddr: option('b', 'create acl to which broker'),
    subject: required('s', 'the subject of acl to create.'),
    resources: required('r', 'the resources of acl to create'),
    actions: required('a', 'the actions of acl to create'),
    sourceIp: option('i', 'the sourceIps of acl to create'),
    decision: required('d', 'the decision of acl to create'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: notServed('createAcl', 'the access control of brokers'),
});
