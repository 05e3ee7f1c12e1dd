// mqadmin queryMsgByKey: Query Message by Key.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Query Message by Key.',
  options: {
    topic: required('t', 'Topic name'),
    msgKey: required('k', 'Message Key'),
    beginTimestamp: option('b', 'Begin timestamp(ms). default:0, eg:1676730526212'),
    endTimestamp: option('e', 'End timestamp(ms). default:Long.MAX_VALUE, eg:1676730526212'),
    maxNum: int('m', 'The maximum number of messages returned by the query, default:64'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
    keyType: option(
      'p',
      'Index key type, default index key type is K, you can use K for keys OR T for tags',
    ),
    lastKey: option('l', 'Last Key'),
  },
  run: notServed('queryMsgByKey', 'a later version'),
});
