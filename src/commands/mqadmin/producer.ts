// mqadmin producer: Query producer's instances, connection, status, etc.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: "Query producer's instances, connection, status, etc.",
  options: {
    broker: required('b', 'broker address'),
  },
  run: notServed('producer', 'a later version'),
});
