// mqadmin getLiteGroupInfo: Get lite group info.

import { command, notServed } from '../../cli/define.js';
import { int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Get lite group info.',
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    liteTopic: option('l', 'query lite topic detail'),
    topK: int('k', 'topK value of each broker'),
  },
  run: notServed('getLiteGroupInfo', 'lite topics'),
});
