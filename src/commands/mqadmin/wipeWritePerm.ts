// mqadmin wipeWritePerm: Wipe write perm of broker in all name server you defined in the -n par.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Wipe write perm of broker in all name server you defined in the -n param.',
  options: {
    brokerName: required('b', 'broker name'),
  },
  run: notServed('wipeWritePerm', 'a later version'),
});
