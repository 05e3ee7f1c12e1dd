// mqadmin addWritePerm: Add write perm of broker in all name server you defined in the -n para.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Add write perm of broker in all name server you defined in the -n param.',
  options: {
    brokerName: required('b', 'broker name'),
  },
  run: notServed('addWritePerm', 'a later version'),
});
