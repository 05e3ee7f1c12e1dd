// mqadmin resetMasterFlushOffset: Reset master flush offset in slave.

import { command } from '../../cli/command/define.js';
import { resetMasterFlushOffset } from '../../client/admin/broker.js';
import { int, option } from '../../cli/flags/options.js';

export default command({
  summary: 'Reset master flush offset in slave.',
  effect: 'destroys',
  loss: ({ brokerAddr }) => `overwrites the flush offset of ${brokerAddr}`,
  shape: { 'brokerAddr?': 'text', offset: 'int' },
  options: {
    brokerAddr: option('b', 'which broker to reset'),
    offset: int('o', 'the offset to reset at'),
  },
  anyOf: ['brokerAddr'],
  async run({ session }, { brokerAddr, offset }) {
    await resetMasterFlushOffset(session, brokerAddr!, offset ?? 0);
    return { brokerAddr, offset: offset ?? 0 };
  },
  text: ({ offset }) => `reset master flush offset to ${offset} success\n`,
});
