// mqadmin printMsgByQueue: Print Message Detail by queueId.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { decoded, messageJson, messageLine, timestampOf } from '../../cli/text/message.js';
import { scanQueue, scanRange } from '../../client/admin/scan.js';
import type { ReceivedMessage } from '../../client/message.js';
import { option, required, requiredInt } from '../../cli/flags/options.js';
import { MESSAGE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Print Message Detail by queueId.',
  effect: 'reads',
  shape: [MESSAGE],
  options: {
    topic: required('t', 'topic name'),
    brokerName: required('a', 'broker name', 'brokerName '),
    queueId: requiredInt('i', 'queue id', 'queueId '),
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
    printMsg: option('p', 'print msg. eg: true | false(default)', 'print msg'),
    printBody: option('d', 'print body. eg: true | false(default)', 'printBody '),
    calculate: option('f', 'calculate by tag. eg: true | false(default)'),
  },
  async run({ session }, { topic, brokerName, queueId, ...flags }) {
    const queue = { topic, brokerName, queueId };
    const beginTimestamp = timestampOf(flags.beginTimestamp);
    const endTimestamp = timestampOf(flags.endTimestamp);
    const range = await scanRange(session, queue, { beginTimestamp, endTimestamp });
    const found: ReceivedMessage[] = [];
    for await (const result of scanQueue(session, queue, range, flags.subExpression)) {
      if (result.status !== 'FOUND') break;
      found.push(...result.messages);
    }
    return found;
  },
  text(found, { printMsg, printBody, calculate, charsetName = 'UTF-8' }) {
    const bodyOf = (message: ReceivedMessage): string =>
      isTrue(printBody) ? decoded(message.body, charsetName) : 'NOT PRINT BODY';
    const lines = isTrue(printMsg) ? found.map((one) => messageLine(one, bodyOf(one))) : [];
    const counts = isTrue(calculate) ? countsOf(found) : [];
    return [...lines, ...counts.map((row) => format(TAG_ROW, ...row))].join('');
  },
  json: (found) => found.map(messageJson),
});

const TAG_ROW = 'Tag: %-30s Count: %s%n';

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true';

/** Messages by tag, the most frequent first. */
function countsOf(messages: readonly ReceivedMessage[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { tags } of messages) {
    if (tags?.trim()) counts.set(tags, (counts.get(tags) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
