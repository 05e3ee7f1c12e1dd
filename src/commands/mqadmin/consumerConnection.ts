// mqadmin consumerConnection: Query consumer's socket connection, client version and subscription.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { consumerConnection } from '../../client/admin/clients.js';
import { versionText } from '../../client/java-text.js';
import { option, required } from '../../cli/flags/options.js';
import { CLIENT, SUBSCRIPTION } from '../../cli/command/shapes.js';

export default command({
  summary: "Query consumer's socket connection, client version and subscription.",
  effect: 'reads',
  shape: {
    connectionSet: [CLIENT],
    subscriptionTable: { '*': SUBSCRIPTION },
    consumeType: 'text',
    messageModel: 'text',
    consumeFromWhere: 'text',
  },
  options: {
    consumerGroup: required('g', 'consumer group name'),
    brokerAddr: option('b', 'broker address'),
  },
  run: ({ session }, { consumerGroup, brokerAddr }) =>
    consumerConnection(session, { group: consumerGroup, brokerAddr }),
  text: ({ connectionSet, subscriptionTable, ...group }) =>
    [
      format(ROW, '#ClientId', '#ClientAddr', '#Language', '#Version'),
      ...connectionSet.map((client) => format(ROW, ...cells(client))),
      '\nBelow is subscription:\n',
      format('%-20s %s%n', '#Topic', '#SubExpression'),
      ...[...subscriptionTable.values()].map(({ topic, subString }) =>
        format('%-20s %s%n', topic, subString),
      ),
      `\nConsumeType: ${group.consumeType}\n`,
      `MessageModel: ${group.messageModel}\n`,
      `ConsumeFromWhere: ${group.consumeFromWhere}\n`,
    ].join(''),
  table: ({ connectionSet }) => ({
    head: ['ClientId', 'ClientAddr', 'Language', 'Version'],
    rows: connectionSet.map(cells),
  }),
});

const ROW = '%-36s %-22s %-10s %s%n';

interface Client {
  clientId: string;
  clientAddr: string;
  language: string;
  version: number;
}

const cells = ({ clientId, clientAddr, language, version }: Client): string[] => [
  clientId,
  clientAddr,
  language,
  versionText(version),
];
