// mqadmin removeBroker: Remove a broker from specified container.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Remove a broker from specified container.',
  options: {
    brokerContainerAddr: required('c', 'Broker container address'),
    brokerIdentity: required(
      'b',
      'Information to identify a broker: clusterName:brokerName:brokerId(dLedgerId for dLedger)',
    ),
  },
  run: notServed('removeBroker', 'the broker container'),
});
