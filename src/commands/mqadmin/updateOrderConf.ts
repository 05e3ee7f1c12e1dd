// mqadmin updateOrderConf: Create or update or delete order conf.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Create or update or delete order conf.',
  options: {
    topic: required('t', 'topic name'),
    orderConf: option('v', 'set order conf [eg. brokerName1:num;brokerName2:num]'),
    method: required('m', 'option type [eg. put|get|delete'),
  },
  run: notServed('updateOrderConf', 'a later version'),
});
