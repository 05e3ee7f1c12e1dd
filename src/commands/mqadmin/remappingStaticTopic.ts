// mqadmin remappingStaticTopic: Remapping static topic.

import { command, notServed } from '../../cli/define.js';
import { bool, option, required } from '../../cli/options.js';

export default command({
  summary: 'Remapping static topic.',
  options: {
    clusters: option('c', 'remapping static topic to clusters, comma separated'),
    brokers: option('b', 'remapping static topic to brokers, comma separated'),
    topic: required('t', 'topic name'),
    mapFile: option('mf', 'The mapping data file name '),
    forceReplace: bool('fr', 'Force replace the old mapping'),
  },
  oneOf: [['clusters', 'brokers']],
  run: notServed('remappingStaticTopic', 'static topics'),
});
