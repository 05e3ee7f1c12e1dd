// mqadmin topicClusterList: Get cluster info for topic.

import { command } from '../../cli/command/define.js';
import { topicClusters } from '../../client/admin/topics.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Get cluster info for topic.',
  effect: 'reads',
  shape: ['text'],
  options: {
    topic: required('t', 'topic name'),
  },
  run: ({ session }, { topic }) => topicClusters(session, topic),
  text: (clusters) => clusters.map((cluster) => `${cluster}\n`).join(''),
});
