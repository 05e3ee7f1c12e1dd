// mqadmin triggerLiteDispatch: Trigger Lite Dispatch.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Trigger Lite Dispatch.',
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    clientId: option('c', 'clientId (optional)'),
    brokerName: option('b', 'brokerName (optional)'),
  },
  run: notServed('triggerLiteDispatch', 'lite topics'),
});
