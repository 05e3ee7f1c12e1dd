// mqadmin setCommitLogReadAheadMode: Set read ahead mode for all commitlog files.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { perBroker } from '../../cli/shared/per-broker.js';
import { setReadAheadMode } from '../../client/admin/broker.js';
import { option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Set read ahead mode for all commitlog files.',
  effect: 'changes',
  shape: { '*': 'text' },
  options: {
    brokerAddr: option('b', 'set which broker'),
    clusterName: option('c', 'set which cluster'),
    commitLogReadAheadMode: required(
      'm',
      'set the CommitLog read ahead mode; 0 is default, 1 random read',
    ),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run({ session }, { brokerAddr, clusterName, commitLogReadAheadMode: mode }) {
    if (mode !== '0' && mode !== '1') {
      throw usage('set the read mode error; 0 is default, 1 random read');
    }
    const where = { brokerAddr, clusterName };
    return perBroker(session, where, (address) => setReadAheadMode(session, address, mode));
  },
  text: (results) =>
    results
      .map(
        ({ title, result }) =>
          ` ============${title}============\ncommitLog set readAhead mode rstStr${result}\n`,
      )
      .join(''),
  json: (results) => Object.fromEntries(results.map(({ address, result }) => [address, result])),
});
