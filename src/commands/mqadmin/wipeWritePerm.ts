// mqadmin wipeWritePerm: Wipe write perm of broker in all name server of the -n param.

import { writePermCommand } from '../../cli/shared/write-perm.js';
import { wipeWritePerm } from '../../client/admin/kv.js';

export default writePermCommand(
  'wipe',
  'Wipe write perm of broker in all name server you defined in the -n param.',
  wipeWritePerm,
);
