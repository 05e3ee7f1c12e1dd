// mqadmin updateTopicPerm: Update topic perm.

import { command, notServed } from '../../cli/define.js';
import { option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Update topic perm.',
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    topic: required('t', 'topic name'),
    perm: requiredInt('p', "set topic's permission(2|4|6), intro[2:W; 4:R; 6:RW]"),
  },
  run: notServed('updateTopicPerm', 'a later version'),
});
