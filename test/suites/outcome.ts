// How the cases of a suite ended, beside how they end according to the list kept here.

import Table from 'cli-table3';

/** `not applicable` is never found out by running: the list says it, with the reason. */
export type End = 'passed' | 'failed' | 'ignored' | 'not applicable';

export interface Outcome {
  group: string;
  name: string;
  end: End;
  reason: string;
}

/** The list of a suite: by group and case, how it ends; after a colon, why. */
export interface Expected {
  about: string;
  /** Groups of cases that are not run at all, and why. */
  without: Record<string, string>;
  cases: Record<string, Record<string, string>>;
}

export function expectedEnd(list: Expected, group: string, name: string): [string, string] {
  const text = list.cases[group]?.[name] ?? 'not in the list';
  const at = text.indexOf(': ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)];
}

/** Names of the cases of a group that the list calls not applicable. */
export function notApplicable(list: Expected, group: string): string[] {
  const names = Object.keys(list.cases[group] ?? {});
  return names.filter((name) => expectedEnd(list, group, name)[0] === 'not applicable');
}

/** What the list says of cases that were left out. */
export function leftOut(list: Expected, groups: readonly string[]): Outcome[] {
  return groups.flatMap((group) =>
    notApplicable(list, group).map((name): Outcome => {
      const [, reason] = expectedEnd(list, group, name);
      return { group, name, end: 'not applicable', reason };
    }),
  );
}

/** How the reason begins of a case that passes here only. */
const HERE_ONLY = 'fails on RocketMQ';

/** Cases that ended otherwise than the list says, or that one of the two does not know. */
export function differences(
  list: Expected,
  groups: readonly string[],
  outcomes: readonly Outcome[],
  java: boolean,
): string[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const { group, name, end, reason } of outcomes) {
    seen.add(`${group} ${name}`);
    const [listed, why] = expectedEnd(list, group, name);
    const expected = java && why.startsWith(HERE_ONLY) ? 'failed' : listed;
    if (expected === end) continue;
    lines.push(`${group} ${name}: ${end}, expected: ${expected}${reason && ` (${reason})`}`);
  }
  for (const group of groups) {
    for (const name of Object.keys(list.cases[group] ?? {})) {
      const [expected] = expectedEnd(list, group, name);
      if (seen.has(`${group} ${name}`)) continue;
      lines.push(`${group} ${name}: did not run, expected: ${expected}`);
    }
  }
  return lines;
}

export function tableOf(outcomes: readonly Outcome[]): string {
  const table = new Table({
    head: ['group', 'case', 'end', 'reason'],
    style: { head: [], border: [] },
  });
  for (const { group, name, end, reason } of outcomes) table.push([group, name, end, reason]);
  return table.toString();
}

export function countsOf(outcomes: readonly Outcome[]): string {
  const ends: End[] = ['passed', 'failed', 'ignored', 'not applicable'];
  const count = (end: End): number => outcomes.filter((one) => one.end === end).length;
  return ends.map((end) => `${count(end)} ${end}`).join(', ');
}

/** A list that says what was found; reasons and groups that did not run stay. */
export function updated(list: Expected, outcomes: readonly Outcome[]): Expected {
  const cases = { ...list.cases };
  for (const { group, name, end, reason } of outcomes) {
    // a reason was written by hand
    if (expectedEnd(list, group, name)[0] === end) continue;
    const text = end === 'not applicable' ? `${end}: ${reason}` : end;
    cases[group] = { ...cases[group], [name]: text };
  }
  return { ...list, cases };
}
