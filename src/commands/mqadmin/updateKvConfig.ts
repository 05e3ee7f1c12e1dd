// mqadmin updateKvConfig: Create or update KV config.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Create or update KV config.',
  options: {
    namespace: required('s', 'set the namespace'),
    key: required('k', 'set the key name'),
    value: required('v', 'set the key value'),
  },
  run: notServed('updateKvConfig', 'a later version'),
});
