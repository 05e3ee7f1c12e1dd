// mqadmin getAcl: Get acl from cluster.

import { command } from '../../cli/command/define.js';
import { type Acl, aclsTable, aclsText } from '../../cli/text/auth.js';
import { getAcl } from '../../client/admin/auth.js';
import { atEach } from '../../client/each.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/flags/options.js';
import { ACL } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get acl from cluster.',
  effect: 'reads',
  shape: [ACL],
  options: {
    brokerAddr: option('b', 'get acl for which broker'),
    clusterName: option('c', 'get acl for specified cluster'),
    subject: option('s', 'the subject of acl to get'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, subject = '' }): Promise<Acl[]> {
    const addresses = await addressesOf(session, { brokerAddr, clusterName });
    const found = await atEach(session, addresses, (one) => getAcl(session, one, subject));
    return found.flatMap(({ result }) => (result ? [result] : []));
  },
  // Each broker's rules have a heading of their own.
  text: (found) => found.map((acl) => aclsText([acl])).join(''),
  table: (found) => aclsTable(found),
});
