// mqadmin copyUser: Copy user to cluster.

import { command } from '../../cli/command/define.js';
import { names } from '../../cli/text/auth.js';
import { copyUsers } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { COPIED } from '../../cli/command/shapes.js';

export default command({
  summary: 'Copy user to cluster.',
  effect: 'changes',
  shape: COPIED,
  options: {
    fromBroker: required('f', 'the source broker that the users copy from'),
    toBroker: required('t', 'the target broker that the users copy to'),
    usernames: option('u', 'the username list of user to copy.'),
  },
  run: ({ session }, { fromBroker, toBroker, usernames }) =>
    copyUsers(session, {
      from: fromBroker,
      to: toBroker,
      names: usernames === undefined ? undefined : names(usernames),
    }),
  text: (copied, { fromBroker, toBroker }) =>
    copied
      .filter(({ found }) => found)
      .map(({ name }) => `copy user of ${name} from ${fromBroker} to ${toBroker} success.\n`)
      .join(''),
});
