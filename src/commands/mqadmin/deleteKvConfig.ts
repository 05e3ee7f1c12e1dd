// mqadmin deleteKvConfig: Delete KV config.

import { command } from '../../cli/command/define.js';
import { deleteKv } from '../../client/admin/kv.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Delete KV config.',
  effect: 'destroys',
  loss: ({ namespace, key }) => `deletes ${key} from the namespace ${namespace}`,
  shape: { namespace: 'text', key: 'text' },
  options: {
    namespace: required('s', 'set the namespace'),
    key: required('k', 'set the key name'),
  },
  async run({ session }, { namespace, key }) {
    await deleteKv(session, { namespace, key });
    return { namespace, key };
  },
  text: () => 'delete kv config from namespace success.\n',
});
