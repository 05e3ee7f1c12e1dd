// mqadmin resetMasterFlushOffset: Reset master flush offset in slave.

import { command, notServed } from '../../cli/define.js';
import { int, option } from '../../cli/options.js';

export default command({
  summary: 'Reset master flush offset in slave.',
  options: {
    brokerAddr: option('b', 'which broker to reset'),
    offset: int('o', 'the offset to reset at'),
  },
  run: notServed('resetMasterFlushOffset', 'a later version'),
});
