// mqadmin getBrokerConfig: Get broker config by cluster or special broker.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { perBroker } from '../../cli/shared/per-broker.js';
import { brokerConfig } from '../../client/admin/broker.js';
import { option } from '../../cli/flags/options.js';
import { SETTINGS_BY_ADDRESS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get broker config by cluster or special broker.',
  effect: 'reads',
  shape: SETTINGS_BY_ADDRESS,
  options: {
    brokerAddr: option('b', 'get which broker'),
    clusterName: option('c', 'get which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: ({ session }, { brokerAddr, clusterName }) =>
    perBroker(session, { brokerAddr, clusterName }, (address) => brokerConfig(session, address)),
  text: (found) =>
    found
      .map(({ title, result: config }) => {
        const lines = Object.entries(config).map((entry) => format('%-50s=  %s%n', ...entry));
        return `============${title}============\n${lines.join('')}\n`;
      })
      .join(''),
  json: (found) =>
    Object.fromEntries(found.map(({ address, result: config }) => [address, config])),
  table: (found) => ({
    head: ['Broker', 'Key', 'Value'],
    rows: found.flatMap(({ address, result: config }) =>
      Object.entries(config).map((entry) => [address, ...entry]),
    ),
  }),
});
