// mqadmin updateUser: Update user to cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Update user to cluster.',
  options: {
    clusterName: option('c', 'update user to which cluster'),
    brokerAddr: option('b', 'update user to which broker'),
    username: required('u', 'the username of user to update.'),
    password: option('p', 'the password of user to update'),
    userType: option('t', 'the userType of user to update'),
    userStatus: option('s', 'the userStatus of user to update'),
  },
  oneOf: [
    ['clusterName', 'brokerAddr'],
    ['password', 'userType', 'userStatus'],
  ],
  run: notServed('updateUser', 'the access control of brokers'),
});
