// mqadmin switchTimerEngine: switch the engine of timer message in broker.

import { command } from '../../cli/define.js';
import { usage } from '../../cli/argv.js';
import { switchTimerEngine } from '../../client/admin/broker.js';
import { option, required } from '../../cli/options.js';
import { ADDRESSES } from '../../cli/shapes.js';

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
