// mqadmin brokerStatus: Fetch broker runtime status data.

import { command } from '../../cli/define.js';
import { format } from '../../cli/format.js';
import { runtimeInfo } from '../../client/admin/broker.js';
import { brokersOf } from '../../client/targets.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Fetch broker runtime status data.',
  options: {
    brokerAddr: option('b', 'Broker address'),
    clusterName: option('c', 'which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  oneOfMayLack: true,
  async run(ctx, { brokerAddr, clusterName }) {
    const { session } = ctx;
    if (brokerAddr !== undefined) {
      return [{ address: brokerAddr, info: await runtimeInfo(session, brokerAddr) }];
    }
    const states = [];
    for (const { address } of await brokersOf(session, clusterName)) {
      try {
        states.push({ address, info: await runtimeInfo(session, address) });
      } catch (error) {
        ctx.fail(error);
      }
    }
    return states;
  },
  text: (states, { brokerAddr }) =>
    states
      .flatMap(({ address, info }) =>
        sorted(info).map(([key, value]) =>
          brokerAddr === undefined
            ? format('%-24s %-32s: %s%n', address, key, value)
            : format('%-32s: %s%n', key, value),
        ),
      )
      .join(''),
  json: (states) => Object.fromEntries(states.map(({ address, info }) => [address, info])),
  table: (states) => ({
    head: ['Broker', 'Key', 'Value'],
    rows: states.flatMap(({ address, info }) => sorted(info).map((entry) => [address, ...entry])),
  }),
});

const sorted = (info: Record<string, string>): [string, string][] =>
  Object.entries(info).sort(([a], [b]) => (a < b ? -1 : 1));
