// mqadmin getConsumerConfig: Get consumer config by subscription group name.

import { command } from '../../cli/define.js';
import { failureOf } from '../../cli/failure.js';
import { format } from '../../cli/format.js';
import { groupConfig } from '../../client/admin/groups.js';
import { groupFields } from '../../client/config-text.js';
import { mastersOf } from '../../client/targets.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Get consumer config by subscription group name.',
  options: {
    groupName: required('g', 'subscription group name'),
  },
  async run(ctx, { groupName }) {
    const { session } = ctx;
    const found = [];
    for (const { clusterName, brokerName, address } of await mastersOf(session)) {
      // A broker that does not know the group is passed over, as in RocketMQ.
      try {
        const config = await groupConfig(session, address, groupName);
        found.push({ clusterName, brokerName, config });
      } catch (error) {
        if (failureOf(error).exit === 3) ctx.fail(error);
      }
    }
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
