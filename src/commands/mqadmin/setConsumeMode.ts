// mqadmin setConsumeMode: Set consume message mode. pull/pop etc.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { setConsumeMode } from '../../client/admin/groups.js';
import { int, option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Set consume message mode. pull/pop etc.',
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'create subscription group to which broker'),
    clusterName: option('c', 'create subscription group to which cluster'),
    topicName: required('t', 'topic name'),
    groupName: required('g', 'consumer group name'),
    mode: required('m', 'consume mode. PULL/POP'),
    popShareQueueNum: int('q', 'num of queue which share in pop mode'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run({ session }, { brokerAddr, clusterName, ...flags }) {
    const { topicName: topic, groupName: consumerGroup } = flags;
    const mode = flags.mode.toUpperCase();
    if (mode !== 'POP' && mode !== 'PULL')
      throw usage(`-m is '${flags.mode}'; it can be PULL or POP`);
    const popShareQueueNum = flags.popShareQueueNum ?? 0;
    const where = { brokerAddr, clusterName };
    return setConsumeMode(session, where, { topic, consumerGroup, mode, popShareQueueNum });
  },
  text: (addresses, { topicName, groupName, mode, popShareQueueNum = 0 }) =>
    addresses.map((one) => `set consume mode to ${one} success.\n`).join('') +
    `topic[${topicName}] group[${groupName}] consume mode[${mode.toUpperCase()}] ` +
    `popShareQueueNum[${popShareQueueNum}]`,
});
