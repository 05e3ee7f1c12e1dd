// mqadmin setConsumeMode: Set consume message mode. pull/pop etc.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Set consume message mode. pull/pop etc.',
  options: {
    brokerAddr: option('b', 'create subscription group to which broker'),
    clusterName: option('c', 'create subscription group to which cluster'),
    topicName: required('t', 'topic name'),
    groupName: required('g', 'consumer group name'),
    mode: required('m', 'consume mode. PULL/POP'),
    popShareQueueNum: int('q', 'num of queue which share in pop mode'),
  },
  run: notServed('setConsumeMode', 'POP consumption'),
});
