// mqadmin queryMsgByOffset: Query Message by offset.

import { command, notServed } from '../../cli/define.js';
import { option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Query Message by offset.',
  options: {
    topic: required('t', 'topic name'),
    brokerName: required('b', 'Broker Name'),
    queueId: requiredInt('i', 'Queue Id'),
    offset: requiredInt('o', 'Queue Offset'),
    bodyFormat: option('f', 'print message body by the specified format'),
    routeTopic: option('r', 'the topic which is used to find route info'),
  },
  run: notServed('queryMsgByOffset', 'a later version'),
});
