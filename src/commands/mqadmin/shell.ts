// mqadmin shell: commands one after the other, typed or piped in, on connections that stay open.

import { commandsOf } from '../../cli/catalog/command-set.js';
import { command } from '../../cli/command/define.js';
import { toggle } from '../../cli/flags/options.js';
import { Shell } from '../../cli/shell/shell.js';
import { Target } from '../../cli/shell/target.js';

export default command({
  summary: 'Runs commands one after the other, typed or from a script on stdin.',
  options: {
    keepGoing: toggle('k', 'go on when a command of a script fails'),
  },
  async run({ io, access, working }, { keepGoing }) {
    working.stop(); // each command has a spinner of its own
    const target = new Target(io, access);
    return new Shell(io, commandsOf(io), { keepGoing, target }).run();
  },
  text: () => '',
  exit: (code) => code,
});
