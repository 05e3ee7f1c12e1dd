// mqadmin cleanUnusedTopic: Clean unused topic on broker.

import { command } from '../../cli/command/define.js';
import { cleanUp } from '../../client/admin/broker.js';
import { option } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Clean unused topic on broker.',
  effect: 'destroys',
  loss: () => 'deletes what is stored of topics that no longer exist',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'cluster name'),
  },
  run: ({ session }, { brokerAddr, cluster }) =>
    cleanUp(session, { brokerAddr, clusterName: cluster }, 'CLEAN_UNUSED_TOPIC'),
  text: () => 'success',
});
