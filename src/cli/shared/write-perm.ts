// addWritePerm and wipeWritePerm: one change at every name server that is named.

import type { PermChange } from '../../client/admin/kv.js';
import type { Session } from '../../client/session.js';
import { command } from '../command/define.js';
import { required } from '../flags/options.js';

type Change = (session: Session, brokerName: string) => Promise<PermChange[]>;

export function writePermCommand(verb: 'add' | 'wipe', summary: string, change: Change) {
  return command({
    summary,
    ...(verb === 'add'
      ? { effect: 'changes' as const }
      : {
          effect: 'destroys' as const,
          loss: ({ brokerName }: { brokerName: string }) =>
            `makes every topic of ${brokerName} read-only`,
        }),
    shape: [{ namesrvAddr: 'text', brokerName: 'text', topics: 'int' }],
    options: { brokerName: required('b', 'broker name') },
    async run(ctx, { brokerName }) {
      const changes = await change(ctx.session, brokerName);
      if (changes.every(({ topics }) => topics === 0)) {
        const { brokerAddrTable } = await ctx.session.clusterInfo();
        if (!brokerAddrTable.has(brokerName)) ctx.warn(`no broker is named ${brokerName}`);
      }
      return changes;
    },
    text: (changes) => changes.map((one) => line(verb, one)).join(''),
  });
}

function line(verb: string, { brokerName, namesrvAddr, topics }: PermChange): string {
  const where = `broker[${brokerName}] in name server[${namesrvAddr}]`;
  return `${verb} write perm of ${where} OK, ${topics}\n`;
}
