// mqadmin consumeMessage: Consume message.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Consume message.',
  options: {
    topic: required('t', 'Topic name'),
    brokerName: option('b', 'Broker name'),
    queueId: int('i', 'Queue Id'),
    offset: int('o', 'Queue offset'),
    consumerGroup: option('g', 'Consumer group name'),
    beginTimestamp: option(
      's',
      'Begin timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'beginTimestamp ',
    ),
    endTimestamp: option(
      'e',
      'End timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'endTimestamp ',
    ),
    MessageNumber: int('c', 'Number of message to be consumed'),
  },
  run: notServed('consumeMessage', 'a later version'),
});
