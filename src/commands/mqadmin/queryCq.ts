// mqadmin queryCq: Query cq command.

import { command } from '../../cli/command/define.js';
import { prettyJava } from '../../cli/output/java-json.js';
import { queueEntries } from '../../client/admin/queue-entries.js';
import { int, option, required, requiredInt } from '../../cli/flags/options.js';

export default command({
  summary: 'Query cq command.',
  effect: 'reads',
  shape: {
    minQueueIndex: 'int',
    maxQueueIndex: 'int',
    entries: [
      {
        physicOffset: 'int',
        physicSize: 'int',
        tagsCode: 'int',
        'extendDataJson?': 'text',
        'bitMap?': 'text',
        eval: 'bool',
        'msg?': 'text',
      },
    ],
    'subscriptionData?': { '*': 'any' },
    'filterData?': 'text',
  },
  options: {
    topic: required('t', 'topic name'),
    queue: requiredInt('q', 'queue num, ie. 1'),
    index: requiredInt('i', 'start queue index.'),
    count: int('c', 'how many.'),
    broker: option('b', 'broker addr.'),
    consumer: option('g', 'consumer group.'),
  },
  run: ({ session }, { topic, queue, index, count = 10, broker, consumer }) =>
    queueEntries(session, {
      topic,
      queueId: queue,
      index,
      count,
      brokerAddr: broker,
      consumerGroup: consumer,
    }),
  text: ({ minQueueIndex, maxQueueIndex, entries, ...found }, { index }) =>
    [
      found.subscriptionData
        ? `Subscription data: \n${prettyJava(found.subscriptionData)}\n${LINE}`
        : '',
      found.filterData === undefined ? '' : `Filter data: \n${found.filterData}\n${LINE}`,
      `Queue data: \nmax: ${maxQueueIndex}, min: ${minQueueIndex}\n${LINE}`,
      ...entries.map(
        (entry, i) =>
          `idx: ${index + i}\nConsumeQueueData{physicOffset=${entry.physicOffset}, ` +
          `physicSize=${entry.physicSize}, tagsCode=${entry.tagsCode}, ` +
          `extendDataJson='${entry.extendDataJson ?? 'null'}', ` +
          `bitMap='${entry.bitMap ?? 'null'}', eval=${entry.eval}, ` +
          `msg='${entry.msg ?? 'null'}'}\n${LINE}`,
      ),
    ].join(''),
  table: ({ entries }, { index }) => ({
    head: ['Index', 'CommitLog Offset', 'Size', 'Tags Code'],
    rows: entries.map((one, i) => [index + i, one.physicOffset, one.physicSize, one.tagsCode]),
  }),
});

const LINE = `${'='.repeat(38)}\n`;
