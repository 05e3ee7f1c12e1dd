// mqadmin printMsgByQueue: Print Message Detail by queueId.

import { command, notServed } from '../../cli/define.js';
import { option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Print Message Detail by queueId.',
  options: {
    topic: required('t', 'topic name'),
    brokerName: required('a', 'broker name', 'brokerName '),
    queueId: requiredInt('i', 'queue id', 'queueId '),
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
    printMsg: option('p', 'print msg. eg: true | false(default)', 'print msg'),
    printBody: option('d', 'print body. eg: true | false(default)', 'printBody '),
    calculate: option('f', 'calculate by tag. eg: true | false(default)'),
  },
  run: notServed('printMsgByQueue', 'a later version'),
});
