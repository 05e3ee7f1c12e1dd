// mqadmin getLiteClientInfo: Get lite client info.

import { command, notServed } from '../../cli/define.js';
import { required, toggle } from '../../cli/options.js';

export default command({
  summary: 'Get lite client info.',
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    clientId: required('c', 'Client id'),
    showDetail: toggle('s', 'Show details'),
  },
  run: notServed('getLiteClientInfo', 'lite topics'),
});
