// mqadmin listUser: List user from cluster.

import { command } from '../../cli/command/define.js';
import { type User, usersTable, usersText } from '../../cli/text/auth.js';
import { listUsers } from '../../client/admin/auth.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/flags/options.js';
import { USER } from '../../cli/command/shapes.js';

export default command({
  summary: 'List user from cluster.',
  effect: 'reads',
  shape: [USER],
  options: {
    brokerAddr: option('b', 'list user for which broker'),
    clusterName: option('c', 'list user for specified cluster'),
    filter: option('f', 'the filter to list users'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, filter }): Promise<Found> {
    // Of a cluster the first broker that has users answers.
    for (const address of await addressesOf(session, { brokerAddr, clusterName })) {
      const users = await listUsers(session, address, filter);
      if (users.length > 0) return { users, address };
    }
    return { users: [] };
  },
  text: ({ users, address }, { clusterName }) =>
    usersText(users) +
    (clusterName !== undefined && address ? `get user from ${address} success.\n` : ''),
  json: ({ users }) => users,
  table: ({ users }) => usersTable(users),
});

interface Found {
  users: User[];
  address?: string;
}
