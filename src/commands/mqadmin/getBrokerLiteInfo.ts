// mqadmin getBrokerLiteInfo: Get broker lite info.

import { command } from '../../cli/command/define.js';
import { failureOf } from '../../cli/command/failure.js';
import { format } from '../../cli/output/format.js';
import { brokerLiteInfo } from '../../client/admin/lite.js';
import { addressesOf } from '../../client/targets.js';
import { option, toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'Get broker lite info.',
  effect: 'reads',
  shape: [{ address: 'text', info: { '*': 'any' } }],
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'Cluster name'),
    showDetail: toggle('d', 'Show topic and group detail info'),
  },
  oneOf: [['brokerAddr', 'cluster']],
  async run(ctx, { brokerAddr, cluster: clusterName }) {
    const found = [];
    for (const address of await addressesOf(ctx.session, { brokerAddr, clusterName })) {
      try {
        found.push({ address, info: await brokerLiteInfo(ctx.session, address) });
      } catch (error) {
        if (brokerAddr !== undefined && failureOf(error).exit === 3) throw error;
        ctx.emit(`[${address}] error.\n`);
        ctx.fail(error);
      }
    }
    return found;
  },
  text: (found, { showDetail }) =>
    [
      format(ROW, ...HEAD),
      ...found.map(({ address, info }) => {
        const row = format(ROW, address, ...FIELDS.map((name) => String(info[name] ?? 'null')));
        if (!showDetail) return row;
        const tables = [info.topicMeta, info.groupMeta].map((one) => JSON.stringify(one ?? null));
        return `${row}Topic Meta: ${tables[0]}\nGroup Meta: ${tables[1]}\n\n`;
      }),
    ].join(''),
});

const ROW = '%-30s %-17s %-10s %-14s %-20s %-17s %-15s %-18s %-15s%n';
const HEAD = [
  '#Broker',
  '#Store Type',
  '#Max LMQ',
  '#Current LMQ',
  '#SubscriptionCount',
  '#OrderInfoCount',
  '#CQTableSize',
  '#OffsetTableSize',
  '#eventMapSize',
];
const FIELDS = [
  'storeType',
  'maxLmqNum',
  'currentLmqNum',
  'liteSubscriptionCount',
  'orderInfoCount',
  'cqTableSize',
  'offsetTableSize',
  'eventMapSize',
];
