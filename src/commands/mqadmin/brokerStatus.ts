// mqadmin brokerStatus: Fetch broker runtime status data.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { runtimeInfo } from '../../client/admin/broker.js';
import { atEach } from '../../client/each.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/flags/options.js';
import { SETTINGS_BY_ADDRESS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Fetch broker runtime status data.',
  effect: 'reads',
  shape: SETTINGS_BY_ADDRESS,
  differs: 'without -b and -c it asks every broker',
  options: {
    brokerAddr: option('b', 'Broker address'),
    clusterName: option('c', 'which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  oneOfMayLack: true,
  async run({ session }, where) {
    const addresses = await addressesOf(session, where, { slaves: true });
    const states = await atEach(session, addresses, (address) => runtimeInfo(session, address));
    return states.map(({ address, result: info }) => ({ address, info }));
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
