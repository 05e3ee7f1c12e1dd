// mqadmin haStatus: Fetch ha runtime status data.

import { command } from '../../cli/command/define.js';
import { dateTimeMillis, format } from '../../cli/output/format.js';
import { haStatus } from '../../client/admin/broker.js';
import { atEach } from '../../client/each.js';
import { addressesOf } from '../../client/targets.js';
import { int, option } from '../../cli/flags/options.js';

export default command({
  summary: 'Fetch ha runtime status data.',
  effect: 'reads',
  every: 'interval',
  shape: [
    {
      address: 'text',
      status: {
        master: 'bool',
        masterCommitLogMaxOffset: 'int',
        inSyncSlaveNums: 'int',
        haConnectionInfo: [
          {
            addr: 'text',
            slaveAckOffset: 'int',
            diff: 'int',
            inSync: 'bool',
            transferredByteInSecond: 'int',
            transferFromWhere: 'int',
            '*': 'any',
          },
        ],
        haClientRuntimeInfo: { '*': 'any' },
      },
    },
  ],
  options: {
    clusterName: option('c', 'which cluster'),
    brokerAddr: option('b', 'which broker to fetch'),
    interval: int('i', 'the interval(second) of get info'),
  },
  anyOf: ['clusterName', 'brokerAddr'],
  async run({ session }, { brokerAddr, clusterName }): Promise<Found[]> {
    const addresses = await addressesOf(session, { brokerAddr, clusterName });
    const found = await atEach(session, addresses, (address) => haStatus(session, address));
    return found.map(({ address, result: status }) => ({ address, status }));
  },
  text: (found) => found.map(statusText).join(''),
});

interface Found {
  address: string;
  status: Awaited<ReturnType<typeof haStatus>>;
}

const ROW = '%-32s  %-16s %16s %16s %16s %16s%n';
const HEAD = [
  '#SlaveAddr',
  '#SlaveAckOffset',
  '#Diff',
  '#TransferSpeed(KB/s)',
  '#Status',
  '#TransferFromWhere',
];

function statusText({ address, status }: Found): string {
  const { haConnectionInfo: slaves, haClientRuntimeInfo: client } = status;
  const speed = (bytes: unknown): string => format('%.2f', Number(bytes ?? 0) / 1024);
  if (!status.master) {
    return [
      `\n#MasterAddr\t${String(client.masterAddr ?? 'null')}`,
      `#CommitLogMaxOffset\t${Number(client.maxOffset ?? 0)}`,
      `#TransferSpeed(KB/s)\t${speed(client.transferredByteInSecond)}`,
      `#LastReadTime\t${dateTimeMillis(Number(client.lastReadTimestamp ?? 0))}`,
      `#LastWriteTime\t${dateTimeMillis(Number(client.lastWriteTimestamp ?? 0))}`,
      `#MasterFlushOffset\t${Number(client.masterFlushOffset ?? 0)}\n`,
    ].join('\n');
  }
  const rows = slaves.map((slave) =>
    format(
      ROW,
      slave.addr,
      slave.slaveAckOffset,
      slave.diff,
      speed(slave.transferredByteInSecond),
      slave.inSync ? 'OK' : 'Fall Behind',
      slave.transferFromWhere,
    ),
  );
  return [
    `\n#MasterAddr\t${address}\n`,
    `#MasterCommitLogMaxOffset\t${status.masterCommitLogMaxOffset}\n`,
    `#SlaveNum\t${slaves.length}\n`,
    `#InSyncSlaveNum\t${status.inSyncSlaveNums}\n`,
    format(ROW, ...HEAD),
    ...rows,
  ].join('');
}
