// mqadmin producerConnection: Query producer's socket connection and client version.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { producerConnection } from '../../client/admin/clients.js';
import { versionText } from '../../client/java-text.js';
import { required } from '../../cli/flags/options.js';
import { CLIENT } from '../../cli/command/shapes.js';

export default command({
  summary: "Query producer's socket connection and client version.",
  effect: 'reads',
  shape: [CLIENT],
  options: {
    producerGroup: required('g', 'producer group name'),
    topic: required('t', 'topic name'),
  },
  run: ({ session }, { producerGroup, topic }) =>
    producerConnection(session, { group: producerGroup, topic }),
  text: (clients) =>
    clients
      .map(({ clientId, clientAddr, language, version }, i) =>
        format(ROW, i + 1, clientId, clientAddr, language, versionText(version)),
      )
      .join(''),
  table: (clients) => ({
    head: ['ClientId', 'ClientAddr', 'Language', 'Version'],
    rows: clients.map((one) => [
      one.clientId,
      one.clientAddr,
      one.language,
      versionText(one.version),
    ]),
  }),
});

const ROW = '%04d  %-32s %-22s %-8s %s%n';
