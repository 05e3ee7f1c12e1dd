// mqadmin updateBrokerConfig: Update broker's config.

import { command, notServed } from '../../cli/define.js';
import { bool, option, required } from '../../cli/options.js';

export default command({
  summary: "Update broker's config.",
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    updateAllBroker: bool('a', 'update all brokers include slave'),
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  run: notServed('updateBrokerConfig', 'a later version'),
});
