// mqadmin statsAll: Topic and Consumer tps stats.

import { command } from '../../cli/command/define.js';
import { format, front } from '../../cli/output/format.js';
import { statsAll, type StatsRow } from '../../client/admin/stats.js';
import { option, toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'Topic and Consumer tps stats.',
  effect: 'reads',
  stoppable: true,
  shape: [
    {
      topic: 'text',
      'group?': 'text',
      accumulation: 'int',
      inTps: 'number',
      outTps: 'number',
      inMsg24Hour: 'int',
      outMsg24Hour: 'int',
    },
  ],
  options: {
    activeTopic: toggle('a', 'print active topic only'),
    topic: option('t', 'print select topic only'),
  },
  run: (ctx, { activeTopic, topic }) =>
    ctx.progress('asking for every topic', () =>
      statsAll(ctx.session, { topic, active: activeTopic, stopped: () => ctx.stopped }),
    ),
  text: (rows) => format(HEAD_ROW, ...HEAD) + rows.map(rowText).join(''),
  table: (rows) => ({
    head: HEAD,
    rows: rows.map((row) => [
      row.topic,
      row.group ?? '',
      row.accumulation,
      format('%.2f', row.inTps),
      format('%.2f', row.outTps),
      row.inMsg24Hour,
      row.outMsg24Hour,
    ]),
  }),
});

const HEAD = [
  '#Topic',
  '#Consumer Group',
  '#Accumulation',
  '#InTPS',
  '#OutTPS',
  '#InMsg24Hour',
  '#OutMsg24Hour',
];
const HEAD_ROW = '%-64s  %-64s %12s %11s %11s %14s %14s%n';

function rowText(row: StatsRow): string {
  const consumed = row.group !== undefined;
  return format(
    '%-64s  %-64s %12d %11.2f %11s %14d %14s%n',
    front(row.topic, 64),
    front(row.group ?? '', 64),
    row.accumulation,
    row.inTps,
    consumed ? format('%.2f', row.outTps) : '',
    row.inMsg24Hour,
    consumed ? row.outMsg24Hour : 'NO_CONSUMER',
  );
}
