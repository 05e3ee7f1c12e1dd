// mqadmin queryMsgTraceById: Query a message trace.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Query a message trace.',
  options: {
    msgId: required('i', 'Message Id'),
    traceTopic: option('t', 'The name value of message trace topic'),
    beginTimestamp: option('b', 'Begin timestamp(ms). default:0, eg:1676730526212'),
    endTimestamp: option('e', 'End timestamp(ms). default:Long.MAX_VALUE, eg:1676730526212'),
    maxNum: int('c', 'The maximum number of messages returned by the query, default:64'),
  },
  run: notServed('queryMsgTraceById', 'a later version'),
});
