// mqadmin deleteAcl: Delete acl from cluster.

import { command } from '../../cli/command/define.js';
import { deleteAcl } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Delete acl from cluster.',
  effect: 'destroys',
  loss: ({ subject, resources }) =>
    `deletes rules of ${subject}${resources === undefined ? '' : ` for ${resources}`}`,
  shape: ADDRESSES,
  options: {
    clusterName: option('c', 'delete acl from which cluster'),
    brokerAddr: option('b', 'delete acl from which broker'),
    subject: required('s', 'the subject of acl to delete.'),
    resources: option('r', 'the resources of acl to delete'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: ({ session }, { brokerAddr, clusterName, subject, resources: resource }) =>
    deleteAcl(session, { brokerAddr, clusterName }, { subject, resource }),
  text: (addresses) => addresses.map((one) => `delete acl to ${one} success.\n`).join(''),
});
