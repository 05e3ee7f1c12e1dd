// mqadmin createUser: Create user to cluster.

import { command } from '../../cli/command/define.js';
import { putUser } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Create user to cluster.',
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    clusterName: option('c', 'create user to which cluster'),
    brokerAddr: option('b', 'create user to which broker'),
    username: required('u', 'the username of user to create.'),
    password: required('p', 'the password of user to create'),
    userType: option('t', 'the userType of user to create'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  run: ({ session }, { brokerAddr, clusterName, username, password, userType }) =>
    putUser(session, { brokerAddr, clusterName }, 'AUTH_CREATE_USER', {
      username,
      password,
      ...(userType === undefined ? {} : { userType }),
    }),
  text: (addresses) => addresses.map((one) => `create user to ${one} success.\n`).join(''),
});
