// mqadmin queryMsgTraceById: Query a message trace.

import { command } from '../../cli/command/define.js';
import { dateTime, format } from '../../cli/output/format.js';
import { timestampOf } from '../../cli/text/message.js';
import { messageTraces, type TraceView } from '../../client/admin/trace.js';
import { int, option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Query a message trace.',
  effect: 'reads',
  shape: [
    {
      type: 'text',
      msgId: 'text',
      'topic?': 'text',
      'groupName?': 'text',
      'tags?': 'text',
      'keys?': 'text',
      'storeHost?': 'text',
      'offsetMsgId?': 'text',
      clientHost: 'text',
      timestamp: 'int',
      costMs: 'int',
      success: 'bool',
    },
  ],
  options: {
    msgId: required('i', 'Message Id'),
    traceTopic: option('t', 'The name value of message trace topic'),
    beginTimestamp: option('b', 'Begin timestamp(ms). default:0, eg:1676730526212'),
    endTimestamp: option('e', 'End timestamp(ms). default:Long.MAX_VALUE, eg:1676730526212'),
    maxNum: int('c', 'The maximum number of messages returned by the query, default:64'),
  },
  run: ({ session }, { msgId, traceTopic, beginTimestamp, endTimestamp, maxNum }) =>
    messageTraces(session, {
      msgId,
      traceTopic,
      beginTimestamp: timestampOf(beginTimestamp),
      endTimestamp: timestampOf(endTimestamp),
      maxNum: maxNum ?? 64,
    }),
  text(traces) {
    const sent = traces.filter(({ type }) => type === 'Pub');
    const consumed = traces.filter(({ type }) => type === 'SubAfter');
    const groups = [...new Set(consumed.map(({ groupName = '' }) => groupName))];
    return [
      ...sent.map((one) => blockText('Pub', [one])),
      ...groups.map((group) =>
        blockText(
          'Sub',
          consumed.filter(({ groupName = '' }) => groupName === group),
        ),
      ),
    ].join('');
  },
});

const ROW = '%-10s %-20s %-20s %-20s %-10s %-10s%n';

function blockText(type: 'Pub' | 'Sub', traces: readonly TraceView[]): string {
  const [group, time] =
    type === 'Pub' ? ['#ProducerGroup', '#SendTime'] : ['#ConsumerGroup', '#ConsumerTime'];
  return [
    format(ROW, '#Type', group!, '#ClientHost', time!, '#CostTimes', '#Status'),
    ...traces.map((one) =>
      format(
        ROW,
        type,
        one.groupName ?? 'null',
        one.clientHost,
        dateTime(one.timestamp),
        `${one.costMs}ms`,
        one.success ? 'success' : 'failed',
      ),
    ),
    '\n',
  ].join('');
}
