// tools: the example programs of RocketMQ by the names of their Java classes.

import { usage } from '../cli/flags/argv.js';
import { command } from '../cli/command/define.js';
import { exampleNames, runExample } from '../client/examples/table.js';

export default command({
  summary: "Runs one of RocketMQ's example programs: tools.sh <class name> [arguments]",
  app: 'tools.sh <class name> [arguments]',
  options: {},
  offline: true,
  rawWords: true,
  async run(ctx, _flags, [className, ...args]) {
    const { io, namesrvAddrs, log } = ctx;
    if (className === undefined) {
      throw usage('no class name was given', `available:\n  ${exampleNames().join('\n  ')}`);
    }
    const abort = new AbortController();
    const forget = io.onSignal(() => abort.abort());
    try {
      await runExample(className, {
        args,
        namesrvAddr: namesrvAddrs,
        clock: io.clock,
        log,
        out: (text) => io.out(text),
        err: (text) => io.err(text),
        signal: abort.signal,
      });
    } finally {
      forget();
    }
  },
});
