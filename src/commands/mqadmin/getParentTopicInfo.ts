// mqadmin getParentTopicInfo: Get parent topic info.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Get parent topic info.',
  options: {
    parentTopic: required('p', 'Parent topic name'),
  },
  run: notServed('getParentTopicInfo', 'a later version'),
});
