// mqadmin wipeWritePerm: Wipe write perm of broker in all name server you defined in the -n par.

import { command } from '../../cli/define.js';
import { wipeWritePerm } from '../../client/admin/kv.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Wipe write perm of broker in all name server you defined in the -n param.',
  options: {
    brokerName: required('b', 'broker name'),
  },
  async run(ctx, { brokerName }) {
    const changes = await wipeWritePerm(ctx.session, brokerName);
    if (changes.every(({ topics }) => topics === 0)) {
      const { brokerAddrTable } = await ctx.session.clusterInfo();
      if (!brokerAddrTable.has(brokerName)) ctx.warn(`no broker is named ${brokerName}`);
    }
    return changes;
  },
  text: (changes) =>
    changes
      .map(
        ({ brokerName, namesrvAddr, topics }) =>
          `wipe write perm of broker[${brokerName}] in name server[${namesrvAddr}] OK, ${topics}\n`,
      )
      .join(''),
});
