// mqadmin dumpCompactionLog: Parse compaction log to message.

import { command, notServed } from '../../cli/define.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Parse compaction log to message.',
  effect: 'reads',
  shape: 'any',
  options: {
    file: option('f', 'to dump file name'),
  },
  run: notServed('dumpCompactionLog', 'the compaction store'),
});
