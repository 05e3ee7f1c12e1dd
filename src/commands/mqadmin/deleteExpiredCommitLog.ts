// mqadmin deleteExpiredCommitLog: Delete expired CommitLog files.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Delete expired CommitLog files.',
  options: {
    namesrvAddr: option('n', 'Name server address'),
    brokerAddr: option('b', 'Broker address'),
    cluster: option('c', 'clustername'),
  },
  run: notServed('deleteExpiredCommitLog', 'a later version'),
});
