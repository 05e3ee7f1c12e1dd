// mqadmin copyAcl: Copy acl to cluster.

import { command } from '../../cli/command/define.js';
import { names } from '../../cli/text/auth.js';
import { copyAcls } from '../../client/admin/auth.js';
import { option, required } from '../../cli/flags/options.js';
import { COPIED } from '../../cli/command/shapes.js';

export default command({
  summary: 'Copy acl to cluster.',
  effect: 'changes',
  shape: COPIED,
  options: {
    fromBroker: required('f', 'the source broker that the acls copy from'),
    toBroker: required('t', 'the target broker that the acls copy to'),
    subjects: option('s', 'the subject list of acl to copy.'),
  },
  run: ({ session }, { fromBroker, toBroker, subjects }) =>
    copyAcls(session, {
      from: fromBroker,
      to: toBroker,
      names: subjects === undefined ? undefined : names(subjects),
    }),
  text: (copied, { fromBroker, toBroker }) =>
    copied
      .filter(({ found }) => found)
      .map(({ name }) => `copy acl of ${name} from ${fromBroker} to ${toBroker} success.\n`)
      .join(''),
});
