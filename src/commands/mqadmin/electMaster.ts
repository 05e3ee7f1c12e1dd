// mqadmin electMaster: Re-elect the specified broker as master.

import { command } from '../../cli/command/define.js';
import { electMaster } from '../../client/admin/controller.js';
import { required, requiredInt } from '../../cli/flags/options.js';

export default command({
  summary: 'Re-elect the specified broker as master.',
  effect: 'changes',
  shape: {
    'masterAddress?': 'text',
    'masterBrokerId?': 'int',
    'masterEpoch?': 'int',
    'syncStateSetEpoch?': 'int',
    brokerAddrs: { '*': 'text' },
  },
  options: {
    controllerAddress: required('a', 'The address of controller'),
    brokerId: requiredInt('b', 'The id of the broker which requires to become master'),
    brokerName: required('bn', 'The broker name of the replicas that require to be manipulated'),
    clusterName: required('c', 'the clusterName of broker'),
  },
  run: ({ session }, { controllerAddress, clusterName, brokerName, brokerId }) =>
    electMaster(session, controllerAddress, { clusterName, brokerName, brokerId }),
  text: (elected, { clusterName, brokerName }) =>
    [
      `\n#ClusterName\t${clusterName}`,
      `#BrokerName\t${brokerName}`,
      `#BrokerMasterAddr\t${elected.masterAddress ?? 'null'}`,
      `#MasterEpoch\t${elected.masterEpoch ?? 'null'}`,
      `#SyncStateSetEpoch\t${elected.syncStateSetEpoch ?? 'null'}`,
      ...[...elected.brokerAddrs].map(([id, address]) => `\t#Broker\t${id}\t${address}`),
      '',
    ].join('\n'),
});
