// mqadmin queryMsgByUniqueKey: Query Message by Unique key.

import { command, notServed } from '../../cli/define.js';
import { option, required, toggle } from '../../cli/options.js';

export default command({
  summary: 'Query Message by Unique key.',
  options: {
    msgId: required('i', 'Message Id'),
    consumerGroup: option('g', 'consumer group name'),
    clientId: option('d', "The consumer's client id"),
    topic: required('t', 'The topic of msg'),
    showAll: toggle('a', 'Print all message, the limit is 32'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
    startTime: option('s', 'startTime'),
    endTime: option('e', 'endTime'),
  },
  run: notServed('queryMsgByUniqueKey', 'a later version'),
});
