// mqadmin queryMsgByKey: Query Message by Key.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { messageJson, timestampOf } from '../../cli/text/message.js';
import { findByKey } from '../../client/admin/messages.js';
import type { ReceivedMessage } from '../../client/message.js';
import { int, option, required } from '../../cli/flags/options.js';
import { MESSAGE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Query Message by Key.',
  effect: 'reads',
  shape: [MESSAGE],
  options: {
    topic: required('t', 'Topic name'),
    msgKey: required('k', 'Message Key'),
    beginTimestamp: option('b', 'Begin timestamp(ms). default:0, eg:1676730526212'),
    endTimestamp: option('e', 'End timestamp(ms). default:Long.MAX_VALUE, eg:1676730526212'),
    maxNum: int('m', 'The maximum number of messages returned by the query, default:64'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
    keyType: option(
      'p',
      'Index key type, default index key type is K, you can use K for keys OR T for tags',
    ),
    lastKey: option('l', 'Last Key'),
  },
  run: ({ session }, flags) =>
    findByKey(session, {
      topic: flags.topic,
      key: flags.msgKey,
      beginTimestamp: timestampOf(flags.beginTimestamp),
      endTimestamp: timestampOf(flags.endTimestamp),
      maxNum: flags.maxNum ?? 64,
      clusterName: flags.cluster,
      indexType: flags.keyType,
      lastKey: flags.lastKey,
    }),
  text: (found, { msgKey, keyType }) =>
    format(HEAD, '#Message ID', '#QID', '#Offset', '#IndexKey') +
    found.map((one) => format(ROW, ...cells(one, keyType ?? 'K', msgKey))).join(''),
  json: (found) => found.map(messageJson),
  table: (found, { msgKey, keyType }) => ({
    head: ['Message ID', 'QID', 'Offset', 'IndexKey'],
    rows: found.map((one) => cells(one, keyType ?? 'K', msgKey)),
  }),
});

const HEAD = '%-50s %4s %40s %-200s%n';
const ROW = '%-50s %4d %40d %-200s%n';
const HOUR_MS = 3_600_000;

function cells(message: ReceivedMessage, type: string, key: string): (string | number)[] {
  const { msgId, queueId, queueOffset, storeTimestamp, topic, commitLogOffset } = message;
  // What -l takes to go on behind this message.
  const hour = storeTimestamp - (storeTimestamp % HOUR_MS);
  const indexKey = [hour, topic, type, key, msgId, commitLogOffset].join('@');
  return [msgId, queueId, queueOffset, indexKey];
}
