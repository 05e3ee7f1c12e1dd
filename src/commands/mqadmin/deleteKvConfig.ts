// mqadmin deleteKvConfig: Delete KV config.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Delete KV config.',
  options: {
    namespace: required('s', 'set the namespace'),
    key: required('k', 'set the key name'),
  },
  run: notServed('deleteKvConfig', 'a later version'),
});
