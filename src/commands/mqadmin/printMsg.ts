// mqadmin printMsg: Print Message Detail.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Print Message Detail.',
  options: {
    topic: required('t', 'topic name'),
    charsetName: option('c', 'CharsetName(eg: UTF-8,GBK)', 'charsetName '),
    subExpression: option('s', 'Subscribe Expression(eg: TagA || TagB)', 'subExpression '),
    beginTimestamp: option(
      'b',
      'Begin timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'beginTimestamp ',
    ),
    endTimestamp: option(
      'e',
      'End timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'endTimestamp ',
    ),
    printBody: option('d', 'print body', 'printBody '),
    lmqParentTopic: option('l', 'Lmq parent topic, lmq is used to find the route.'),
  },
  run: notServed('printMsg', 'a later version'),
});
