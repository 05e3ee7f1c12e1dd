// mqadmin deleteUser: Delete user from cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Delete user from cluster.',
  options: {
    clusterName: option('c', 'delete acl from which cluster'),
    brokerAddr: option('b', 'delete user from which broker'),
    username: required('u', 'the username of user to delete.'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: notServed('deleteUser', 'the access control of brokers'),
});
