// mqadmin cleanBrokerMetadata: Clean metadata of broker on controller.

import { command } from '../../cli/command/define.js';
import { cleanBrokerMetadata } from '../../client/admin/controller.js';
import { option, required, toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'Clean metadata of broker on controller.',
  effect: 'destroys',
  loss: ({ brokerName }) => `has the controller forget brokers of ${brokerName}`,
  shape: { brokerName: 'text' },
  options: {
    controllerAddress: required('a', 'The address of controller'),
    brokerControllerIdsToClean: option(
      'b',
      'The brokerController id list which requires to clean metadata. eg: 1;2;3, means ' +
        'that clean broker-1, broker-2 and broker-3',
    ),
    brokerName: required('bn', 'The broker name of the replicas that require to be manipulated'),
    clusterName: option('c', 'The clusterName of broker'),
    cleanLivingBroker: toggle('l', 'Whether clean up living brokers,default value is false'),
  },
  async run({ session }, { controllerAddress, brokerName, clusterName, ...flags }) {
    await cleanBrokerMetadata(session, controllerAddress, {
      clusterName,
      brokerName,
      brokerControllerIdsToClean: flags.brokerControllerIdsToClean,
      isCleanLivingBroker: flags.cleanLivingBroker,
    });
    return { brokerName };
  },
  text: ({ brokerName }) => `clear broker ${brokerName} metadata from controller success! \n`,
});
