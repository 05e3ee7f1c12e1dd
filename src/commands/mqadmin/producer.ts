// mqadmin producer: Query producer's instances, connection, status, etc.

import { command } from '../../cli/command/define.js';
import { producersAt } from '../../client/admin/clients.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: "Query producer's instances, connection, status, etc.",
  effect: 'reads',
  shape: {
    '*': [
      {
        clientId: 'text',
        remoteIP: 'text',
        language: 'text',
        version: 'int',
        lastUpdateTimestamp: 'int',
        '*': 'any',
      },
    ],
  },
  options: {
    broker: required('b', 'broker address'),
  },
  run: ({ session }, { broker }) => producersAt(session, broker),
  text: (groups) =>
    [...groups]
      .flatMap(([group, members]) =>
        members.map(
          (one) =>
            `producer group (${group}) instance : clientId=${one.clientId},` +
            `remoteIP=${one.remoteIP}, language=${one.language}, version=${one.version}, ` +
            `lastUpdateTimestamp=${one.lastUpdateTimestamp}\n`,
        ),
      )
      .join(''),
  table: (groups) => ({
    head: ['Group', 'ClientId', 'Address', 'Language', 'Version', 'Last Update'],
    rows: [...groups].flatMap(([group, members]) =>
      members.map((one) => [
        group,
        one.clientId,
        one.remoteIP,
        one.language,
        one.version,
        one.lastUpdateTimestamp,
      ]),
    ),
  }),
});
