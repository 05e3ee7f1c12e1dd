// mqadmin addWritePerm: Add write perm of broker in all name server of the -n param.

import { writePermCommand } from '../../cli/shared/write-perm.js';
import { addWritePerm } from '../../client/admin/kv.js';

export default writePermCommand(
  'add',
  'Add write perm of broker in all name server you defined in the -n param.',
  addWritePerm,
);
