// mqadmin electMaster: Re-elect the specified broker as master.

import { command, notServed } from '../../cli/define.js';
import { required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Re-elect the specified broker as master.',
  options: {
    controllerAddress: required('a', 'The address of controller'),
    brokerId: requiredInt('b', 'The id of the broker which requires to become master'),
    brokerName: required('bn', 'The broker name of the replicas that require to be manipulated'),
    clusterName: required('c', 'the clusterName of broker'),
  },
  run: notServed('electMaster', 'a controller'),
});
