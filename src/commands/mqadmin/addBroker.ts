// mqadmin addBroker: Add a broker to specified container.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Add a broker to specified container.',
  options: {
    brokerContainerAddr: required('c', 'Broker container address'),
    brokerConfigPath: required('b', 'Broker config path'),
  },
  run: notServed('addBroker', 'the broker container'),
});
