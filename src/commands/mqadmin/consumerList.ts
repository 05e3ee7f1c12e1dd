// mqadmin consumerList: every consumer group with its members. RocketMQ has no such command.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { option } from '../../cli/flags/options.js';
import { CLIENT } from '../../cli/command/shapes.js';
import { consumerList } from '../../client/admin/clients.js';
import { versionText } from '../../client/java-text.js';

export default command({
  summary: 'List the consumer groups with their members.',
  effect: 'reads',
  shape: [{ group: 'text', 'consumeType?': 'text', 'messageModel?': 'text', members: [CLIENT] }],
  options: {
    clusterName: option('c', 'groups of which cluster; all without it'),
    groupName: option('g', 'only this group'),
  },
  async run({ session }, { clusterName, groupName }) {
    const groups = await consumerList(session, { clusterName });
    return groups.filter(({ group }) => groupName === undefined || group === groupName);
  },
  text: (groups) => [HEAD, ...rowsOf(groups)].map((row) => format(ROW, ...row)).join(''),
  table: (groups) => ({ head: HEAD, rows: rowsOf(groups) }),
});

const HEAD = ['#Group', '#Type', '#Model', '#ClientId', '#ClientAddr', '#Language', '#Version'];
const ROW = '%-40s  %-5s  %-12s  %-36s  %-22s  %-9s  %s%n';

const TYPES: Readonly<Record<string, string>> = {
  CONSUME_ACTIVELY: 'PULL',
  CONSUME_PASSIVELY: 'PUSH',
  CONSUME_POP: 'POP',
};

/** A row per member; a group without any has one that says OFFLINE. */
function rowsOf(groups: Awaited<ReturnType<typeof consumerList>>): string[][] {
  return groups.flatMap(({ group, consumeType = '', messageModel = '', members }) =>
    members.length === 0
      ? [[group, '', '', 'OFFLINE', '', '', '']]
      : members.map(({ clientId, clientAddr, language, version }) => [
          group,
          TYPES[consumeType] ?? consumeType,
          messageModel,
          clientId,
          clientAddr,
          language,
          versionText(version),
        ]),
  );
}
