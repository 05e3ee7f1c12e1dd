// mqadmin getLiteTopicInfo: Get lite topic info.

import { command, notServed } from '../../cli/define.js';
import { required, toggle } from '../../cli/options.js';

export default command({
  summary: 'Get lite topic info.',
  options: {
    parentTopic: required('p', 'Parent topic name'),
    liteTopic: required('l', 'Lite topic name'),
    showClientId: toggle('s', 'Show all clientId'),
  },
  run: notServed('getLiteTopicInfo', 'lite topics'),
});
