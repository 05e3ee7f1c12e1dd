// mqadmin getBrokerEpoch: Fetch broker epoch entries.

import { command } from '../../cli/command/define.js';
import type { Context } from '../../cli/command/context.js';
import { brokerEpochs } from '../../client/admin/controller.js';
import { atEach } from '../../client/each.js';
import { brokersNamed, brokersOf } from '../../client/targets.js';
import { int, option } from '../../cli/flags/options.js';

export default command({
  summary: 'Fetch broker epoch entries.',
  effect: 'reads',
  every: 'interval',
  shape: [
    {
      clusterName: 'text',
      brokerName: 'text',
      brokerId: 'int',
      epochList: [{ epoch: 'int', startOffset: 'int', endOffset: 'int', '*': 'any' }],
      maxOffset: 'int',
      brokerAddr: 'text',
    },
  ],
  options: {
    clusterName: option('c', 'which cluster'),
    brokerName: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  oneOf: [['clusterName', 'brokerName']],
  run: (ctx, { brokerName, clusterName }) => ask(ctx, brokerName, clusterName),
  text: (found) => epochsText(found),
});

type Found = Awaited<ReturnType<typeof ask>>;

async function ask({ session }: Context, brokerName?: string, clusterName?: string) {
  const brokers =
    brokerName === undefined
      ? await brokersOf(session, clusterName)
      : await brokersNamed(session, brokerName);
  const addresses = brokers.map(({ address }) => address);
  const found = await atEach(session, addresses, (address) => brokerEpochs(session, address));
  return found.map(({ address, result }) => ({ brokerAddr: address, ...result }));
}

const epochsText = (found: Found): string =>
  found
    .map(({ clusterName, brokerName, brokerAddr, brokerId, epochList }) =>
      [
        `\n#clusterName\t${clusterName}`,
        `#brokerName\t${brokerName}`,
        `#brokerAddr\t${brokerAddr}`,
        `#brokerId\t${brokerId}`,
        ...epochList.map(
          ({ epoch, startOffset, endOffset }) =>
            `#Epoch: EpochEntry{epoch=${epoch}, startOffset=${startOffset}, ` +
            `endOffset=${endOffset}}`,
        ),
        '',
      ].join('\n'),
    )
    .join('');
