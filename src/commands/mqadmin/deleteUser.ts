// mqadmin deleteUser: Delete user from cluster.

import { command } from '../../cli/define.js';
import { deleteUser } from '../../client/admin/auth.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Delete user from cluster.',
  options: {
    clusterName: option('c', 'delete acl from which cluster'),
    brokerAddr: option('b', 'delete user from which broker'),
    username: required('u', 'the username of user to delete.'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: ({ session }, { brokerAddr, clusterName, username }) =>
    deleteUser(session, { brokerAddr, clusterName }, username),
  text: (addresses) => addresses.map((one) => `delete user to ${one} success.\n`).join(''),
});
