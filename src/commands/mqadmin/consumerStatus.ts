// mqadmin consumerStatus: Query consumer's internal data structure.

import { command } from '../../cli/command/define.js';
import { join } from 'node:path';
import type { Context } from '../../cli/command/context.js';
import { format } from '../../cli/output/format.js';
import { type RunningInfo, runningText } from '../../cli/text/running.js';
import { consumerConnection } from '../../client/admin/clients.js';
import { queueProblems, sameSubscriptions } from '../../client/admin/running-problems.js';
import { runningInfo } from '../../client/admin/running.js';
import { versionText } from '../../client/java-text.js';
import { option, required, toggle } from '../../cli/flags/options.js';
import { QUEUE, SETTINGS, SUBSCRIPTION } from '../../cli/command/shapes.js';

export default command({
  summary: "Query consumer's internal data structure.",
  effect: 'reads',
  shape: {
    '*': {
      properties: SETTINGS,
      subscriptionSet: [SUBSCRIPTION],
      mqTable: [
        {
          ...QUEUE,
          commitOffset: 'int',
          cachedMsgMinOffset: 'int',
          cachedMsgMaxOffset: 'int',
          cachedMsgCount: 'int',
          cachedMsgSizeInMiB: 'int',
          transactionMsgMinOffset: 'int',
          transactionMsgMaxOffset: 'int',
          transactionMsgCount: 'int',
          locked: 'bool',
          tryUnlockTimes: 'int',
          lastLockTimestamp: 'int',
          droped: 'bool',
          lastPullTimestamp: 'int',
          lastConsumeTimestamp: 'int',
        },
      ],
      mqPopTable: [{ ...QUEUE, waitAckCount: 'int', droped: 'bool', lastPopTimestamp: 'int' }],
      statusTable: {
        '*': {
          pullRT: 'number',
          pullTPS: 'number',
          consumeRT: 'number',
          consumeOKTPS: 'number',
          consumeFailedTPS: 'number',
          consumeFailedMsgs: 'int',
          '*': 'any',
        },
      },
      userConsumerInfo: SETTINGS,
      'jstack?': 'text',
    },
  },
  differs: 'writes its files only for --output text',
  options: {
    consumerGroup: required('g', 'consumer group name'),
    clientId: option('i', "The consumer's client id"),
    brokerAddr: option('b', 'broker address'),
    jstack: toggle('s', 'Run jstack command in the consumer progress'),
  },
  async run(ctx, { consumerGroup: group, clientId, brokerAddr, jstack: jstackEnable }) {
    const { session } = ctx;
    const { connectionSet } = await consumerConnection(session, { group, brokerAddr });
    if (clientId !== undefined) {
      const info = await runningInfo(session, { group, clientId, jstackEnable });
      ctx.emit(runningText(info));
      return { [clientId]: info };
    }
    const folder = String(ctx.io.clock.now());
    const infos: Record<string, RunningInfo> = {};
    ctx.emit(format(ROW, '#Index', '#ClientId', '#Version', '#ConsumerRunningInfoFile'));
    for (const client of connectionSet) {
      try {
        const args = { group, clientId: client.clientId, jstackEnable };
        const info = await runningInfo(session, args);
        infos[client.clientId] = info;
        if (ctx.output !== 'text') continue;
        const file = saveInfo(ctx, folder, client.clientId, runningText(info));
        const index = Object.keys(infos).length;
        ctx.emit(format(ROW, index, client.clientId, versionText(client.version), file));
      } catch (error) {
        ctx.fail(error);
      }
    }
    ctx.emit(verdict(infos, ctx.io.clock.now()));
    return infos;
  },
});

const ROW = '%-10s %-40s %-20s %s%n';

/** Below the current folder, as RocketMQ does. */
function saveInfo({ io }: Context, folder: string, clientId: string, text: string): string {
  io.files.mkdirp(join(io.cwd, folder));
  io.files.writeTextAtomic(join(io.cwd, folder, clientId.replace(/[\\/]/g, '_')), text);
  return `${folder}/${clientId}`;
}

function verdict(infos: Readonly<Record<string, RunningInfo>>, now: number): string {
  const all = Object.entries(infos).sort(([a], [b]) => (a < b ? -1 : 1));
  if (all.length === 0) return '';
  if (
    !sameSubscriptions(
      all.map(([, info]) => info),
      now,
    )
  ) {
    return '\n\nWARN: Different subscription in the same group of consumer!!!';
  }
  const problems = all.flatMap(([clientId, info]) => queueProblems(clientId, info, now));
  const same = '\n\nSame subscription in the same group of consumer\n\nRebalance OK\n';
  return same + problems.join('');
}
