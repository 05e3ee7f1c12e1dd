// mqadmin listAcl: List acl from cluster.

import { command } from '../../cli/define.js';
import { type Acl, aclsTable, aclsText } from '../../cli/auth-text.js';
import { listAcls } from '../../client/admin/auth.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'List acl from cluster.',
  options: {
    brokerAddr: option('b', 'list acl for which broker.'),
    clusterName: option('c', 'list acl for specified cluster.'),
    subject: option('s', 'the subject of acl to filter.'),
    resource: option('r', 'the resource of acl to filter.'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, subject, resource }): Promise<Acl[][]> {
    const found: Acl[][] = [];
    for (const address of await addressesOf(session, { brokerAddr, clusterName })) {
      found.push(await listAcls(session, address, { subject, resource }));
    }
    return found;
  },
  // Each broker's rules have a heading of their own.
  text: (found) => found.map(aclsText).join(''),
  json: (found) => found.flat(),
  table: (found) => aclsTable(found.flat()),
});
