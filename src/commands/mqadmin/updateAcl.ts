// mqadmin updateAcl: Update acl to cluster.

import { command } from '../../cli/command/define.js';
import { names } from '../../cli/text/auth.js';
import { aclOf, putAcl } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update acl to cluster.',
  effect: 'changes',
  shape: ADDRESSES,
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
  run: (
    { session },
    { brokerAddr, clusterName, subject, resources, actions, sourceIp, decision },
  ) => {
    const acl = aclOf({
      subject,
      resources: names(resources),
      actions: names(actions),
      sourceIps: names(sourceIp),
      decision,
    });
    return putAcl(session, { brokerAddr, clusterName }, 'AUTH_UPDATE_ACL', acl);
  },
  text: (addresses) => addresses.map((one) => `update acl to ${one} success.\n`).join(''),
});
