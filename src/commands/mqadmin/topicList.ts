// mqadmin topicList: Fetch all topic list from name server.

import { command, notServed } from '../../cli/define.js';
import { toggle } from '../../cli/options.js';

export default command({
  summary: 'Fetch all topic list from name server.',
  options: {
    clusterModel: toggle('c', 'clusterModel'),
  },
  run: notServed('topicList', 'a later version'),
});
