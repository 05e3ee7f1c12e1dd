// mqadmin updateUser: Update user to cluster.

import { command } from '../../cli/command/define.js';
import { putUser } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update user to cluster.',
  effect: 'changes',
  shape: ADDRESSES,
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
  run: ({ session }, { brokerAddr, clusterName, username, password, userType, userStatus }) =>
    putUser(session, { brokerAddr, clusterName }, 'AUTH_UPDATE_USER', {
      username,
      ...(password === undefined ? {} : { password }),
      ...(userType === undefined ? {} : { userType }),
      ...(userStatus === undefined ? {} : { userStatus }),
    }),
  text: (addresses) => addresses.map((one) => `update user to ${one} success.\n`).join(''),
});
