// mqadmin getControllerConfig: Get controller config.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Get controller config.',
  options: {
    controllerAddress: required(
      'a',
      'Controller address list, eg: 192.168.0.1:9878;192.168.0.2:9878',
    ),
  },
  run: notServed('getControllerConfig', 'a controller'),
});
