// mqadmin cloneGroupOffset: Clone offset from other group.

import { command } from '../../cli/command/define.js';
import { cloneOffsets } from '../../client/admin/offsets.js';
import { bool, required } from '../../cli/flags/options.js';
import { QUEUE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Clone offset from other group.',
  effect: 'destroys',
  loss: ({ destGroup, topic }) => `overwrites the offsets of ${destGroup} in ${topic}`,
  shape: [{ ...QUEUE, offset: 'int' }],
  options: {
    srcGroup: required('s', 'set source consumer group'),
    destGroup: required('d', 'set destination consumer group'),
    topic: required('t', 'set the topic'),
    offline: bool('o', 'the group or the topic is offline'),
  },
  run: ({ session }, { srcGroup, destGroup, topic }) =>
    cloneOffsets(session, { srcGroup, destGroup, topic }),
  text: (_cloned, { srcGroup, destGroup, topic }) =>
    `clone group offset success. srcGroup[${srcGroup}], destGroup=[${destGroup}], topic[${topic}]`,
});
