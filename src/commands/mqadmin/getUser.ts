// mqadmin getUser: Get user from cluster.

import { command } from '../../cli/command/define.js';
import { type User, usersTable, usersText } from '../../cli/text/auth.js';
import { getUser } from '../../client/admin/auth.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/flags/options.js';
import { USER } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get user from cluster.',
  effect: 'reads',
  shape: { '|': [USER, 'null'] },
  options: {
    brokerAddr: option('b', 'get user for which broker'),
    clusterName: option('c', 'get user for specified cluster'),
    username: option('u', 'the username of user to get'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, username = '' }): Promise<User[]> {
    // Of a cluster the first broker that has the user answers.
    for (const address of await addressesOf(session, { brokerAddr, clusterName })) {
      const user = await getUser(session, address, username);
      if (user) return [user];
    }
    return [];
  },
  text: (users) => usersText(users),
  json: ([user]) => user,
  table: (users) => usersTable(users),
});
