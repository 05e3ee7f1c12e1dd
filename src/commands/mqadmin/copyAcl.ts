// mqadmin copyAcl: Copy acl to cluster.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Copy acl to cluster.',
  options: {
    fromBroker: required('f', 'the source broker that the acls copy from'),
    toBroker: required('t', 'the target broker that the acls copy to'),
    subjects: option('s', 'the subject list of acl to copy.'),
  },
  run: notServed('copyAcl', 'the access control of brokers'),
});
