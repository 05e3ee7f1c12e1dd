// mqadmin dumpCompactionLog: Parse compaction log to message.

import { resolve } from 'node:path';
import { usage } from '../../cli/flags/argv.js';
import { command } from '../../cli/command/define.js';
import { messageJson } from '../../cli/text/message.js';
import { option } from '../../cli/flags/options.js';
import { MESSAGE } from '../../cli/command/shapes.js';
import { bodilessText } from '../../client/java-text.js';
import { receivedMessage, type ReceivedMessage } from '../../client/message.js';
import { dumpCompactionLog } from '../../store/offline/compaction-dump.js';

export default command({
  summary: 'Parse compaction log to message.',
  effect: 'reads',
  shape: [MESSAGE],
  options: {
    file: option('f', 'to dump file name'),
  },
  run(ctx, { file }) {
    if (file === undefined) throw usage('miss dump log file name');
    const messages: ReceivedMessage[] = [];
    for (const record of dumpCompactionLog(ctx.io.files, resolve(ctx.io.cwd, file))) {
      const message = receivedMessage(record);
      ctx.emit(`${bodilessText(message)}\n`);
      if (ctx.output !== 'text') messages.push(message);
    }
    return Promise.resolve(messages);
  },
  json: (messages) => messages.map(messageJson),
});
