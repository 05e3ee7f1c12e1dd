// mqadmin setCommitLogReadAheadMode: Set read ahead mode for all commitlog files.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Set read ahead mode for all commitlog files.',
  options: {
    brokerAddr: option('b', 'set which broker'),
    clusterName: option('c', 'set which cluster'),
    commitLogReadAheadMode: required(
      'm',
      'set the CommitLog read ahead mode; 0 is default, 1 random read',
    ),
  },
  run: notServed('setCommitLogReadAheadMode', 'cold data flow control'),
});
