// mqadmin updateTopic: Update or create topic.

import { command, notServed } from '../../cli/define.js';
import { bool, int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Update or create topic.',
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    attributes: option('a', 'attribute(+a=b,+c=d,-e)'),
    topic: required('t', 'topic name'),
    readQueueNums: int('r', 'set read queue nums'),
    writeQueueNums: int('w', 'set write queue nums'),
    perm: int('p', "set topic's permission(2|4|6), intro[2:W 4:R; 6:RW]"),
    order: bool('o', "set topic's order(true|false)"),
    unit: bool('u', 'is unit topic (true|false)'),
    hasUnitSub: bool('s', 'has unit sub (true|false)'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run: notServed('updateTopic', 'a later version'),
});
