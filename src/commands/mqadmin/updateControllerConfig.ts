// mqadmin updateControllerConfig: Update controller config.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Update controller config.',
  options: {
    controllerAddress: required(
      'a',
      'Controller address list, eg: 192.168.0.1:9878;192.168.0.2:9878',
    ),
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  run: notServed('updateControllerConfig', 'a controller'),
});
