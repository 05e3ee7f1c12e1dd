// mqadmin getNamesrvConfig: Get configs of name server.

import { command, notServed } from '../../cli/define.js';

export default command({
  summary: 'Get configs of name server.',
  options: {},
  run: notServed('getNamesrvConfig', 'a later version'),
});
