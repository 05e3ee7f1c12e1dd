// mqadmin getControllerConfig: Get controller config.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { controllerConfigs } from '../../client/admin/controller.js';
import { required } from '../../cli/flags/options.js';
import { SETTINGS_BY_ADDRESS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get controller config.',
  effect: 'reads',
  shape: SETTINGS_BY_ADDRESS,
  options: {
    controllerAddress: required(
      'a',
      'Controller address list, eg: 192.168.0.1:9878;192.168.0.2:9878',
    ),
  },
  run: ({ session }, { controllerAddress }) =>
    controllerConfigs(session, controllerAddress.split(';')),
  text: (configs) =>
    [...configs]
      .map(([address, settings]) => {
        const lines = Object.entries(settings).map((entry) => format('%-50s=  %s%n', ...entry));
        return `============${address}============\n${lines.join('')}`;
      })
      .join(''),
});
