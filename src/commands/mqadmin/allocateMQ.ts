// mqadmin allocateMQ: Allocate MQ.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Allocate MQ.',
  options: {
    topic: required('t', 'topic name'),
    ipList: required('i', 'ipList'),
  },
  run: notServed('allocateMQ', 'a later version'),
});
