// mqadmin topicRoute: Examine topic route info.

import { command } from '../../cli/command/define.js';
import { format, mapText } from '../../cli/output/format.js';
import { prettyJava } from '../../cli/output/java-json.js';
import { topicRoute } from '../../client/admin/topics.js';
import { required, toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'Examine topic route info.',
  effect: 'reads',
  shape: {
    brokerDatas: [
      {
        cluster: 'text',
        brokerName: 'text',
        brokerAddrs: { '*': 'text' },
        enableActingMaster: 'bool',
        'zoneName?': 'text',
      },
    ],
    queueDatas: [
      {
        brokerName: 'text',
        readQueueNums: 'int',
        writeQueueNums: 'int',
        perm: 'int',
        topicSysFlag: 'int',
        '*': 'any',
      },
    ],
    filterServerTable: { '*': ['text'] },
    'orderTopicConf?': 'text',
    'topicQueueMappingByBroker?': {
      '*': {
        topic: 'text',
        scope: 'text',
        totalQueues: 'int',
        bname: 'text',
        epoch: 'int',
        dirty: 'bool',
        currIdMap: { '*': 'int' },
      },
    },
  },
  options: {
    topic: required('t', 'topic name'),
    list: toggle('l', 'Use list format to print data'),
  },
  run: ({ session }, { topic }) => topicRoute(session, topic),
  text: (route, { list }) => (list ? listText(route) : `${prettyJava(route)}\n`),
  table: (route) => ({ head: HEAD, rows: rowsOf(route) }),
});

type Route = Awaited<ReturnType<typeof topicRoute>>;

const HEAD = ['#ClusterName', '#BrokerName', '#BrokerAddrs', '#ReadQueue', '#WriteQueue', '#Perm'];
const ROW = '%-45s %-32s %-50s %-10s %-11s %-5s%n';

function rowsOf({ brokerDatas, queueDatas }: Route): (string | number)[][] {
  const byName = new Map(queueDatas.map((queues) => [queues.brokerName, queues]));
  return [...brokerDatas]
    .sort((a, b) => (a.brokerName < b.brokerName ? -1 : 1))
    .map(({ cluster, brokerName, brokerAddrs }) => {
      const queues = byName.get(brokerName);
      const { readQueueNums = 0, writeQueueNums = 0, perm = 0 } = queues ?? {};
      return [cluster, brokerName, mapText(brokerAddrs), readQueueNums, writeQueueNums, perm];
    });
}

function listText(route: Route): string {
  const rows = rowsOf(route);
  const sum = (column: number): number =>
    rows.reduce((total, row) => total + Number(row[column]), 0);
  return [
    format(ROW, ...HEAD),
    ...rows.map((row) => format(ROW, ...row)),
    `${'-'.repeat(158)}\n`,
    format(ROW, 'Total:', route.queueDatas.length, '', sum(3), sum(4), ''),
  ].join('');
}
