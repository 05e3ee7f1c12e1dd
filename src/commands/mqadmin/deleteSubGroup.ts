// mqadmin deleteSubGroup: Delete subscription group from broker.

import { command, notServed } from '../../cli/define.js';
import { bool, option, required } from '../../cli/options.js';

export default command({
  summary: 'Delete subscription group from broker.',
  options: {
    brokerAddr: option('b', 'delete subscription group from which broker'),
    clusterName: option('c', 'delete subscription group from which cluster'),
    groupName: required('g', 'subscription group name'),
    removeOffset: bool('r', 'remove offset'),
  },
  run: notServed('deleteSubGroup', 'a later version'),
});
