// mqadmin deleteExpiredCommitLog: Delete expired CommitLog files.

import { command } from '../../cli/command/define.js';
import { cleanUp } from '../../client/admin/broker.js';
import { option } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Delete expired CommitLog files.',
  effect: 'destroys',
  loss: () => 'deletes commit log files, and the messages in them',
  shape: ADDRESSES,
  options: {
    namesrvAddr: option('n', 'Name server address'),
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'clustername'),
  },
  run: ({ session }, { brokerAddr, cluster }) =>
    cleanUp(session, { brokerAddr, clusterName: cluster }, 'DELETE_EXPIRED_COMMITLOG'),
  text: () => 'success',
});
