// mqadmin getControllerMetaData: Get controller cluster's metadata.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: "Get controller cluster's metadata.",
  options: {
    controllerAddress: required('a', 'the address of controller'),
  },
  run: notServed('getControllerMetaData', 'a controller'),
});
