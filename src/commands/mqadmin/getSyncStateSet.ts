// mqadmin getSyncStateSet: Fetch syncStateSet for target brokers.

import { command } from '../../cli/command/define.js';
import { syncStateSets } from '../../client/admin/controller.js';
import { mastersOf } from '../../client/targets.js';
import { int, option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Fetch syncStateSet for target brokers.',
  effect: 'reads',
  every: 'interval',
  shape: {
    '*': {
      masterBrokerId: 'int',
      masterAddress: 'text',
      masterEpoch: 'int',
      syncStateSetEpoch: 'int',
      inSyncReplicas: [
        { brokerName: 'text', brokerId: 'int', brokerAddress: 'text', alive: 'bool', '*': 'any' },
      ],
      notInSyncReplicas: [
        { brokerName: 'text', brokerId: 'int', brokerAddress: 'text', alive: 'bool', '*': 'any' },
      ],
      '*': 'any',
    },
  },
  options: {
    controllerAddress: required('a', 'the address of controller'),
    clusterName: option('c', 'which cluster'),
    brokerName: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  anyOf: ['brokerName', 'clusterName'],
  async run({ session }, { controllerAddress, brokerName, clusterName }) {
    const controller = controllerAddress.split(';')[0]!;
    const names =
      brokerName === undefined
        ? (await mastersOf(session, clusterName)).map((one) => one.brokerName)
        : [brokerName];
    return syncStateSets(session, controller, names);
  },
  text: (found) => setsText(found),
});

type Sets = Awaited<ReturnType<typeof syncStateSets>>;
type Replica = Sets extends Map<string, { inSyncReplicas: (infer R)[] }> ? R : never;

function setsText(found: Sets): string {
  return [...found]
    .map(([brokerName, info]) =>
      [
        `\n#brokerName\t${brokerName}`,
        `#MasterBrokerId\t${info.masterBrokerId}`,
        `#MasterAddr\t${info.masterAddress}`,
        `#MasterEpoch\t${info.masterEpoch}`,
        `#SyncStateSetEpoch\t${info.syncStateSetEpoch}`,
        `#SyncStateSetNums\t${info.inSyncReplicas.length}`,
        ...info.inSyncReplicas.map((one) => `\nInSyncReplica:\t${replicaText(one)}`),
        ...info.notInSyncReplicas.map((one) => `\nNotInSyncReplica:\t${replicaText(one)}`),
        '',
      ].join('\n'),
    )
    .join('');
}

const replicaText = ({ brokerName, brokerId, brokerAddress, alive }: Replica): string =>
  `ReplicaIdentity{brokerName='${brokerName}', brokerId=${brokerId}, ` +
  `brokerAddress='${brokerAddress}', alive=${alive}}`;
