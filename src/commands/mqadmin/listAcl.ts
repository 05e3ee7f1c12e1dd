// mqadmin listAcl: List acl from cluster.

import { command } from '../../cli/command/define.js';
import { type Acl, aclsTable, aclsText } from '../../cli/text/auth.js';
import { listAcls } from '../../client/admin/auth.js';
import { atEach } from '../../client/each.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/flags/options.js';
import { ACL } from '../../cli/command/shapes.js';

export default command({
  summary: 'List acl from cluster.',
  effect: 'reads',
  shape: [ACL],
  options: {
    brokerAddr: option('b', 'list acl for which broker.'),
    clusterName: option('c', 'list acl for specified cluster.'),
    subject: option('s', 'the subject of acl to filter.'),
    resource: option('r', 'the resource of acl to filter.'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, subject, resource }): Promise<Acl[][]> {
    const addresses = await addressesOf(session, { brokerAddr, clusterName });
    const found = await atEach(session, addresses, (one) =>
      listAcls(session, one, { subject, resource }),
    );
    return found.map(({ result }) => result);
  },
  // Each broker's rules have a heading of their own.
  text: (found) => found.map(aclsText).join(''),
  json: (found) => found.flat(),
  table: (found) => aclsTable(found.flat()),
});
