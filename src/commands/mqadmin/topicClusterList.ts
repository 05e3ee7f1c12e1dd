// mqadmin topicClusterList: Get cluster info for topic.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Get cluster info for topic.',
  options: {
    topic: required('t', 'topic name'),
  },
  run: notServed('topicClusterList', 'a later version'),
});
