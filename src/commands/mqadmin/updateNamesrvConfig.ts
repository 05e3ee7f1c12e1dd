// mqadmin updateNamesrvConfig: Update configs of name server.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Update configs of name server.',
  options: {
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  run: notServed('updateNamesrvConfig', 'a later version'),
});
