// mqadmin deleteUser: Delete user from cluster.

import { command } from '../../cli/command/define.js';
import { deleteUser, getUser } from '../../client/admin/auth.js';
import { addressesOf } from '../../client/targets.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Delete user from cluster.',
  effect: 'destroys',
  loss: ({ username }) => `deletes the user ${username}`,
  shape: ADDRESSES,
  options: {
    clusterName: option('c', 'delete acl from which cluster'),
    brokerAddr: option('b', 'delete user from which broker'),
    username: required('u', 'the username of user to delete.'),
  },
  oneOf: [['clusterName', 'brokerAddr']],
  async run(ctx, { brokerAddr, clusterName, username }) {
    const where = { brokerAddr, clusterName };
    for (const address of await addressesOf(ctx.session, where)) {
      const known = await getUser(ctx.session, address, username);
      if (!known) ctx.warn(`${address} has no user ${username}`);
    }
    return deleteUser(ctx.session, where, username);
  },
  text: (addresses) => addresses.map((one) => `delete user to ${one} success.\n`).join(''),
});
