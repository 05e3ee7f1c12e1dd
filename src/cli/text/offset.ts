// The listings of commands that move a group's offsets.

import type { ResetOutcome } from '../../client/admin/offsets.js';
import { format, front } from '../output/format.js';
import type { Table } from '../output/output.js';

const ONLINE = { head: ['#brokerName', '#queueId', '#offset'], row: '%-40s  %-40s  %-40s%n' };
const STORED = {
  head: [
    '#brokerName',
    '#queueId',
    '#brokerOffset',
    '#consumerOffset',
    '#timestampOffset',
    '#rollbackOffset',
  ],
  row: '%-20s  %-20s  %-20s  %-20s  %-20s  %-20s%n',
};

export function resetText(outcome: ResetOutcome): string {
  const { head, row } = outcome.online ? ONLINE : STORED;
  return [head, ...rowsOf(outcome)].map((cells) => format(row, ...cells)).join('');
}

export function resetTable(outcome: ResetOutcome): Table {
  return { head: (outcome.online ? ONLINE : STORED).head, rows: rowsOf(outcome) };
}

function rowsOf(outcome: ResetOutcome): (string | number)[][] {
  if (outcome.online) {
    return outcome.offsets.map((one) => [front(one.brokerName, 32), one.queueId, one.offset]);
  }
  return outcome.rows.map((one) => [
    front(one.brokerName, 32),
    one.queueId,
    one.brokerOffset,
    one.consumerOffset,
    one.timestampOffset,
    one.rollbackOffset,
  ]);
}
