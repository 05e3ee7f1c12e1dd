// mqadmin deleteSubGroup: Delete subscription group from broker.

import { command } from '../../cli/command/define.js';
import { deleteGroup } from '../../client/admin/groups.js';
import { allGroupConfigs } from '../../client/admin/tables.js';
import { addressesOf } from '../../client/targets.js';
import { bool, option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Delete subscription group from broker.',
  effect: 'destroys',
  loss: ({ groupName }) => `deletes the group ${groupName}`,
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'delete subscription group from which broker'),
    clusterName: option('c', 'delete subscription group from which cluster'),
    groupName: required('g', 'subscription group name'),
    removeOffset: bool('r', 'remove offset'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  async run(ctx, { brokerAddr, clusterName, groupName, removeOffset }) {
    const where = { brokerAddr, clusterName };
    const cleanOffset = removeOffset ?? false;
    for (const address of await addressesOf(ctx.session, where)) {
      const { subscriptionGroupTable } = await allGroupConfigs(ctx.session, address);
      if (!subscriptionGroupTable.has(groupName)) ctx.warn(`${address} has no group ${groupName}`);
    }
    return deleteGroup(ctx.session, where, { groupName, cleanOffset });
  },
  text: (addresses, { brokerAddr, clusterName, groupName }) => {
    const where = brokerAddr === undefined ? ` in cluster [${clusterName}]` : '';
    return addresses
      .map(
        (one) => `delete subscription group [${groupName}] from broker [${one}]${where} success.\n`,
      )
      .join('');
  },
});
