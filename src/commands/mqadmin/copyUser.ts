// mqadmin copyUser: Copy user to cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Copy user to cluster.',
  options: {
    fromBroker: required('f', 'the source broker that the users copy from'),
    toBroker: required('t', 'the target broker that the users copy to'),
    usernames: option('u', 'the username list of user to copy.'),
  },
  run: notServed('copyUser', 'the access control of brokers'),
});
