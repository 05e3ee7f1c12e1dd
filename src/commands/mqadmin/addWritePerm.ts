// mqadmin addWritePerm: Add write perm of broker in all name server you defined in the -n para.

import { command } from '../../cli/define.js';
import { addWritePerm } from '../../client/admin/kv.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Add write perm of broker in all name server you defined in the -n param.',
  options: {
    brokerName: required('b', 'broker name'),
  },
  run: ({ session }, { brokerName }) => addWritePerm(session, brokerName),
  text: (changes) =>
    changes
      .map(
        ({ brokerName, namesrvAddr, topics }) =>
          `add write perm of broker[${brokerName}] in name server[${namesrvAddr}] OK, ${topics}\n`,
      )
      .join(''),
});
