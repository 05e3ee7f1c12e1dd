// mqadmin getAcl: Get acl from cluster.

import { command } from '../../cli/define.js';
import { type Acl, aclsTable, aclsText } from '../../cli/auth-text.js';
import { getAcl } from '../../client/admin/auth.js';
import { addressesOf } from '../../client/targets.js';
import { option } from '../../cli/options.js';

export default command({
  summary: 'Get acl from cluster.',
  options: {
    brokerAddr: option('b', 'get acl for which broker'),
    clusterName: option('c', 'get acl for specified cluster'),
    subject: option('s', 'the subject of acl to get'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  async run({ session }, { brokerAddr, clusterName, subject = '' }): Promise<Acl[]> {
    const found: Acl[] = [];
    for (const address of await addressesOf(session, { brokerAddr, clusterName })) {
      const acl = await getAcl(session, address, subject);
      if (acl) found.push(acl);
    }
    return found;
  },
  // Each broker's rules have a heading of their own.
  text: (found) => found.map((acl) => aclsText([acl])).join(''),
  table: (found) => aclsTable(found),
});
