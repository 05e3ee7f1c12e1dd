// mqadmin updateStaticTopic: Update or create static topic, which has fixed number of queues.

import { command, notServed } from '../../cli/define.js';
import { bool, option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Update or create static topic, which has fixed number of queues.',
  options: {
    clusters: option('c', 'remapping static topic to clusters, comma separated'),
    brokers: option('b', 'remapping static topic to brokers, comma separated'),
    topic: required('t', 'topic name'),
    totalQueueNum: requiredInt('qn', 'total queue num'),
    mapFile: option('mf', 'The mapping data file name'),
    forceReplace: bool('fr', 'Force replace the old mapping'),
  },
  oneOf: [['clusters', 'brokers']],
  run: notServed('updateStaticTopic', 'static topics'),
});
