// mqadmin getBrokerConfig: Get broker config by cluster or special broker.

import { command } from '../../cli/define.js';
import { format } from '../../cli/format.js';
import { brokerConfig } from '../../client/admin/broker.js';
import { brokersOf } from '../../client/targets.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get broker config by cluster or special broker.',
  options: {
    brokerAddr: option('b', 'get which broker'),
    clusterName: option('c', 'get which cluster'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName }) {
    if (brokerAddr !== undefined) {
      return [
        { title: brokerAddr, address: brokerAddr, config: await brokerConfig(session, brokerAddr) },
      ];
    }
    const brokers = await brokersOf(session, clusterName);
    const found = [];
    for (const { brokerName, brokerId, address } of brokers) {
      const master = brokers.find((one) => one.brokerName === brokerName && one.brokerId === 0);
      const title =
        brokerId === 0
          ? `Master: ${address}`
          : `My Master: ${master?.address ?? 'NO_MASTER'}=====Slave: ${address}`;
      found.push({ title, address, config: await brokerConfig(session, address) });
    }
    return found;
  },
  text: (found) =>
    found
      .map(({ title, config }) => {
        const lines = Object.entries(config).map((entry) => format('%-50s=  %s%n', ...entry));
        return `============${title}============\n${lines.join('')}\n`;
      })
      .join(''),
  json: (found) => Object.fromEntries(found.map(({ address, config }) => [address, config])),
  table: (found) => ({
    head: ['Broker', 'Key', 'Value'],
    rows: found.flatMap(({ address, config }) =>
      Object.entries(config).map((entry) => [address, ...entry]),
    ),
  }),
});
