// mqadmin doctor: what is wrong with a cluster as seen from here, and what to do about it.

import { command } from '../../cli/command/define.js';
import {
  type Examination,
  examine,
  type Finding,
  type Level,
} from '../../client/admin/doctor/doctor.js';
import { toggle } from '../../cli/flags/options.js';

export default command({
  summary:
    'Examines a cluster from here: reachability, clocks, disks, replication, usual mistakes.',
  effect: 'reads',
  shape: {
    reached: 'bool',
    ok: 'int',
    warnings: 'int',
    failures: 'int',
    findings: [{ level: 'text', check: 'text', text: 'text', 'advice?': 'text' }],
  },
  options: {
    quiet: toggle('q', 'leave out what is well'),
  },
  run: ({ session }) => examine(session),
  text: (found, { quiet }) => shown(found, quiet).map(findingText).join('') + summary(found),
  json: (found, { quiet }) => ({
    reached: found.reached,
    ok: count(found, 'ok'),
    warnings: count(found, 'warn'),
    failures: count(found, 'fail'),
    findings: shown(found, quiet),
  }),
  table: (found, { quiet }) => ({
    head: ['Level', 'Check', 'Found', 'What to do'],
    rows: shown(found, quiet).map(({ level, check, text, advice }) => [level, check, text, advice]),
  }),
  exit: (found) => (!found.reached ? 3 : count(found, 'fail') > 0 ? 1 : 0),
});

const shown = ({ findings }: Examination, quiet: boolean): Finding[] =>
  findings.filter(({ level }) => !quiet || level !== 'ok');

const count = ({ findings }: Examination, level: Level): number =>
  findings.filter((one) => one.level === level).length;

function findingText({ level, check, text, advice }: Finding): string {
  const line = `${level.padEnd(4)}  ${check.padEnd(20)}  ${text}\n`;
  return advice === undefined ? line : `${line}${' '.repeat(28)}${advice}\n`;
}

function summary(found: Examination): string {
  const [ok, warnings, failures] = (['ok', 'warn', 'fail'] as const).map((one) =>
    count(found, one),
  );
  const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `\n${ok} ok, ${plural(warnings!, 'warning')}, ${plural(failures!, 'failure')}\n`;
}
