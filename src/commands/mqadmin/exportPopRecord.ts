// mqadmin exportPopRecord: Export pop consumer record.

import { command } from '../../cli/command/define.js';
import { brokerConfig, exportPopRecords } from '../../client/admin/broker.js';
import type { Session } from '../../client/session.js';
import { brokersOf } from '../../client/targets.js';
import { bool, option } from '../../cli/flags/options.js';

export default command({
  summary: 'Export pop consumer record',
  effect: 'changes',
  shape: [{ brokerName: 'text', address: 'text', dryRun: 'bool' }],
  differs: '-d true is a dry run; RocketMQ takes -d false for one',
  options: {
    clusterName: option('c', 'choose one cluster to export'),
    brokerAddr: option('b', 'choose one broker to export'),
    dryRun: bool('d', 'no actual changes will be made'),
  },
  anyOf: ['clusterName', 'brokerAddr'],
  async run(ctx, { clusterName, brokerAddr, dryRun = false }) {
    const brokers =
      brokerAddr === undefined
        ? await brokersOf(ctx.session, clusterName)
        : [{ brokerName: await nameOf(ctx.session, brokerAddr), address: brokerAddr }];
    for (const { brokerName, address } of brokers) {
      if (!dryRun) await exportPopRecords(ctx.session, address);
      const broker = `brokerName=${brokerName}, brokerAddr=${address}`;
      ctx.emit(`Export broker records, ${broker}, dryRun=${dryRun}\n`);
    }
    return brokers.map(({ brokerName, address }) => ({ brokerName, address, dryRun }));
  },
});

/** As the broker itself says: no name server is needed. */
async function nameOf(session: Session, address: string): Promise<string> {
  return (await brokerConfig(session, address)).brokerName ?? '';
}
