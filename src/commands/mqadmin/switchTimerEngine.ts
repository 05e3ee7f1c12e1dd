// mqadmin switchTimerEngine: switch the engine of timer message in broker.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { switchTimerEngine } from '../../client/admin/broker.js';
import { option, required } from '../../cli/flags/options.js';
import { ADDRESSES } from '../../cli/command/shapes.js';

export default command({
  summary: 'switch the engine of timer message in broker',
  effect: 'changes',
  shape: ADDRESSES,
  options: {
    brokerAddr: option('b', 'update which broker'),
    clusterName: option('c', 'update which cluster'),
    engineType: required('e', 'R/F, R for rocksdb timeline engine, F for file time wheel engine'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run({ session }, { brokerAddr, clusterName, engineType }) {
    if (!ENGINES[engineType]) throw usage('switchTimerEngine engineType must be R or F');
    return switchTimerEngine(session, { brokerAddr, clusterName }, engineType);
  },
  text: (addresses, { engineType }) =>
    addresses
      .map((one) => `switchTimerEngine to ${ENGINES[engineType]} success, ${one}\n`)
      .join(''),
});

const ENGINES: Readonly<Record<string, string>> = { R: 'ROCKSDB_TIMELINE', F: 'FILE_TIME_WHEEL' };
