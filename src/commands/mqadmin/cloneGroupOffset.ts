// mqadmin cloneGroupOffset: Clone offset from other group.

import { command, notServed } from '../../cli/define.js';
import { bool, required } from '../../cli/options.js';

export default command({
  summary: 'Clone offset from other group.',
  options: {
    srcGroup: required('s', 'set source consumer group'),
    destGroup: required('d', 'set destination consumer group'),
    topic: required('t', 'set the topic'),
    offline: bool('o', 'the group or the topic is offline'),
  },
  run: notServed('cloneGroupOffset', 'a later version'),
});
