// mqadmin cleanExpiredCQ: Clean expired ConsumeQueue on broker.

import { command } from '../../cli/command/define.js';
import { cleanUp } from '../../client/admin/broker.js';
import { option } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Clean expired ConsumeQueue on broker.',
  effect: 'destroys',
  loss: () => 'deletes consume queues whose messages are gone',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'clustername'),
  },
  run: ({ session }, { brokerAddr, cluster }) =>
    cleanUp(session, { brokerAddr, clusterName: cluster }, 'CLEAN_EXPIRED_CONSUMEQUEUE'),
  text: () => 'success',
});
