// mqadmin deleteSubGroup: Delete subscription group from broker.

import { command } from '../../cli/define.js';
import { deleteGroup } from '../../client/admin/groups.js';
import { bool, option, required } from '../../cli/options.js';

export default command({
  summary: 'Delete subscription group from broker.',
  options: {
    brokerAddr: option('b', 'delete subscription group from which broker'),
    clusterName: option('c', 'delete subscription group from which cluster'),
    groupName: required('g', 'subscription group name'),
    removeOffset: bool('r', 'remove offset'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run: ({ session }, { brokerAddr, clusterName, groupName, removeOffset }) =>
    deleteGroup(
      session,
      { brokerAddr, clusterName },
      { groupName, cleanOffset: removeOffset ?? false },
    ),
  text: (addresses, { brokerAddr, clusterName, groupName }) => {
    const where = brokerAddr === undefined ? ` in cluster [${clusterName}]` : '';
    return addresses
      .map(
        (one) => `delete subscription group [${groupName}] from broker [${one}]${where} success.\n`,
      )
      .join('');
  },
});
