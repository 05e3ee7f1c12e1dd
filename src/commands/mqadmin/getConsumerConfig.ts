// mqadmin getConsumerConfig: Get consumer config by subscription group name.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { allGroupConfigs } from '../../client/admin/tables.js';
import { groupFields } from '../../client/config-text.js';
import { mastersOf } from '../../client/targets.js';
import { required } from '../../cli/flags/options.js';
import { GROUP_CONFIG } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get consumer config by subscription group name.',
  effect: 'reads',
  shape: [{ clusterName: 'text', brokerName: 'text', config: GROUP_CONFIG }],
  options: {
    groupName: required('g', 'subscription group name'),
  },
  async run(ctx, { groupName }) {
    const { session } = ctx;
    const found = [];
    for (const { clusterName, brokerName, address } of await mastersOf(session)) {
      const { subscriptionGroupTable } = await allGroupConfigs(session, address);
      const config = subscriptionGroupTable.get(groupName);
      if (config) found.push({ clusterName, brokerName, config });
    }
    if (found.length === 0) ctx.warn(`no broker has a group ${groupName}`);
    return found;
  },
  text: (found) =>
    found
      .map(({ clusterName, brokerName, config }) => {
        const line = '='.repeat(29);
        const rows = groupFields(config).map((row) => format('%-40s=  %s%n', ...row));
        return `${line}${clusterName}:${brokerName}${line}\n${rows.join('')}`;
      })
      .join(''),
  table: (found) => ({
    head: ['Cluster', 'Broker', 'Key', 'Value'],
    rows: found.flatMap(({ clusterName, brokerName, config }) =>
      groupFields(config).map((row) => [clusterName, brokerName, ...row]),
    ),
  }),
});
