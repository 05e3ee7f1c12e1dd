// mqadmin updateKvConfig: Create or update KV config.

import { command } from '../../cli/command/define.js';
import { putKv } from '../../client/admin/kv.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Create or update KV config.',
  effect: 'changes',
  shape: { namespace: 'text', key: 'text', value: 'text' },
  options: {
    namespace: required('s', 'set the namespace'),
    key: required('k', 'set the key name'),
    value: required('v', 'set the key value'),
  },
  async run({ session }, { namespace, key, value }) {
    await putKv(session, { namespace, key, value });
    return { namespace, key, value };
  },
  text: () => 'create or update kv config to namespace success.\n',
});
