// mqadmin producerConnection: Query producer's socket connection and client version.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: "Query producer's socket connection and client version.",
  options: {
    producerGroup: required('g', 'producer group name'),
    topic: required('t', 'topic name'),
  },
  run: notServed('producerConnection', 'a later version'),
});
