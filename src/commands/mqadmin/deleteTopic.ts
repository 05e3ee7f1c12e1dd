// mqadmin deleteTopic: Delete topic from broker and NameServer.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Delete topic from broker and NameServer.',
  options: {
    topic: required('t', 'topic name'),
    clusterName: required('c', 'delete topic from which cluster'),
  },
  run: notServed('deleteTopic', 'a later version'),
});
