// mqadmin printMsg: Print Message Detail.

import { command } from '../../cli/command/define.js';
import { decoded, messageJson, messageLine, timestampOf } from '../../cli/text/message.js';
import { scanQueue, scanRange } from '../../client/admin/scan.js';
import { messageQueueText } from '../../client/java-text.js';
import type { ReceivedMessage } from '../../client/message.js';
import type { PullResult } from '../../client/pull.js';
import { topicQueues } from '../../client/queues.js';
import { option, required } from '../../cli/flags/options.js';
import { MESSAGE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Print Message Detail.',
  effect: 'reads',
  shape: [MESSAGE],
  options: {
    topic: required('t', 'topic name'),
    charsetName: option('c', 'CharsetName(eg: UTF-8,GBK)', 'charsetName '),
    subExpression: option('s', 'Subscribe Expression(eg: TagA || TagB)', 'subExpression '),
    beginTimestamp: option(
      'b',
      'Begin timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'beginTimestamp ',
    ),
    endTimestamp: option(
      'e',
      'End timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'endTimestamp ',
    ),
    printBody: option('d', 'print body', 'printBody '),
    lmqParentTopic: option('l', 'Lmq parent topic, lmq is used to find the route.'),
  },
  async run(ctx, { topic, lmqParentTopic, charsetName = 'UTF-8', printBody = 'true', ...flags }) {
    const beginTimestamp = timestampOf(flags.beginTimestamp);
    const endTimestamp = timestampOf(flags.endTimestamp);
    const bodyOf = (message: ReceivedMessage): string =>
      printBody.toLowerCase() === 'true' ? decoded(message.body, charsetName) : 'NOT PRINT BODY';
    const found: ReceivedMessage[] = [];
    for (const queue of await topicQueues(ctx.session, lmqParentTopic ?? topic)) {
      const own = { ...queue, topic };
      const range = await scanRange(ctx.session, own, { beginTimestamp, endTimestamp });
      const name = messageQueueText(own);
      ctx.emit(`minOffset=${range.minOffset}, maxOffset=${range.maxOffset}, ${name}\n`);
      for await (const result of scanQueue(ctx.session, own, range, flags.subExpression)) {
        ctx.emit(pulledText(name, result, bodyOf));
        found.push(...result.messages);
      }
      ctx.emit(`${'-'.repeat(56)}\n`);
    }
    return found;
  },
  json: (found) => found.map(messageJson),
});

function pulledText(
  queue: string,
  { status, messages, nextBeginOffset }: PullResult,
  bodyOf: (message: ReceivedMessage) => string,
): string {
  // Where the broker's filter lets other tags with the same hash through, none may be left.
  if (status === 'FOUND') return messages.map((one) => messageLine(one, bodyOf(one))).join('');
  const what = status === 'NO_MATCHED_MSG' ? 'no matched msg' : 'print msg finished';
  return `${queue} ${what}. status=${status}, offset=${nextBeginOffset}\n`;
}
