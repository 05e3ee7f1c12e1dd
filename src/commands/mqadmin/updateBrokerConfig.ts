// mqadmin updateBrokerConfig: Update broker's config.

import { command } from '../../cli/command/define.js';
import { updateBrokerConfig } from '../../client/admin/broker.js';
import { bool, option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: "Update broker's config.",
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    updateAllBroker: bool('a', 'update all brokers include slave'),
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run: ({ session }, { brokerAddr, clusterName, updateAllBroker, key, value }) =>
    updateBrokerConfig(
      session,
      { brokerAddr, clusterName },
      { [key]: value },
      { slaves: updateAllBroker ?? false },
    ),
  text: (addresses) => addresses.map((one) => `update broker config success, ${one}\n`).join(''),
});
