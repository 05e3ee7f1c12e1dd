// mqadmin getNamesrvConfig: Get configs of name server.

import { command } from '../../cli/command/define.js';
import { SETTINGS_BY_ADDRESS } from '../../cli/command/shapes.js';
import { format } from '../../cli/output/format.js';
import { namesrvConfigs } from '../../client/admin/kv.js';

export default command({
  summary: 'Get configs of name server.',
  effect: 'reads',
  shape: SETTINGS_BY_ADDRESS,
  options: {},
  run: ({ session }) => namesrvConfigs(session),
  text: (configs) =>
    [...configs]
      .map(([address, settings]) => {
        const lines = Object.entries(settings).map((entry) => format('%-50s=  %s%n', ...entry));
        return `============${address}============\n${lines.join('')}`;
      })
      .join(''),
});
