// mqadmin queryMsgById: Query Message by Id.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Query Message by Id.',
  options: {
    topic: required('t', 'topic name'),
    msgId: required('i', 'Message Id'),
    consumerGroup: option('g', 'consumer group name'),
    clientId: option('d', "The consumer's client id"),
    sendMessage: option('s', 'resend message'),
    unitName: option('u', 'unit name'),
    bodyFormat: option('f', 'print message body by the specified format'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  run: notServed('queryMsgById', 'a later version'),
});
