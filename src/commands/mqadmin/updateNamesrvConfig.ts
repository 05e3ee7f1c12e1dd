// mqadmin updateNamesrvConfig: Update configs of name server.

import { command } from '../../cli/command/define.js';
import { updateNamesrvConfig } from '../../client/admin/kv.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Update configs of name server.',
  effect: 'changes',
  shape: { namesrvAddrs: ['text'], key: 'text', value: 'text' },
  options: {
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  async run({ session }, { key, value }) {
    return { namesrvAddrs: await updateNamesrvConfig(session, { [key]: value }), key, value };
  },
  text: ({ namesrvAddrs, key, value }) =>
    `update name server config success![${namesrvAddrs.join(', ')}]\n${key} : ${value}\n`,
});
