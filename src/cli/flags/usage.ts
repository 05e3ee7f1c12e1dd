// The help text of a command, letter by letter as RocketMQ's (commons-cli, width 110).

import { keyOf, longOf, type Option, type Options, takesValue } from './options.js';

const WIDTH = 110;
const USAGE = 'usage: ';

/** Options of which exactly one must be given. */
export type OneOf = readonly (readonly string[])[];

export function usageText(app: string, options: Options, oneOf: OneOf = []): string {
  return `${synopsis(app, options, oneOf)}\n${optionList(options)}\n`;
}

function sorted(options: Options): [string, Option][] {
  const key = ([name, option]: [string, Option]): string => keyOf(name, option).toLowerCase();
  return Object.entries(options).sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function synopsis(app: string, options: Options, oneOf: OneOf): string {
  const written = new Set<readonly string[]>();
  const parts = sorted(options).map(([name, option]) => {
    const group = oneOf.find((names) => names.includes(name));
    if (!group) return option.required ? argText(name, option) : `[${argText(name, option)}]`;
    if (written.has(group)) return ''; // leaves the two spaces that RocketMQ prints here
    written.add(group);
    return sorted(pick(options, group))
      .map(([one, its]) => argText(one, its))
      .join(' | ');
  });
  const tab = USAGE.length;
  return wrap(`${USAGE}${app} ${parts.join(' ')}`, tab);
}

function pick(options: Options, names: readonly string[]): Options {
  return Object.fromEntries(names.map((name) => [name, options[name]!]));
}

function argText(name: string, option: Option): string {
  const flag = option.short === undefined ? `--${longOf(name, option)}` : `-${option.short}`;
  return takesValue(option) ? `${flag} <arg>` : flag;
}

function optionList(options: Options): string {
  const rows = sorted(options).map(([name, option]) => {
    const flags = option.short === undefined ? '   ' : `-${option.short},`;
    const long = `--${longOf(name, option)}${takesValue(option) ? ' <arg>' : ''}`;
    return { left: ` ${flags}${long}`, right: option.describe };
  });
  const width = Math.max(...rows.map((row) => row.left.length));
  return rows.map((row) => wrap(`${row.left.padEnd(width)}   ${row.right}`, width + 3)).join('\n');
}

/** Breaks a line at spaces; the further lines begin in column `tab`. */
function wrap(line: string, tab: number): string {
  const lines: string[] = [];
  const padding = ' '.repeat(tab >= WIDTH ? 1 : tab);
  let text = line;
  for (let at = breakAt(text); at !== -1; at = breakAt(text)) {
    if (text.length > WIDTH && at === padding.length - 1 && lines.length > 0) at = WIDTH;
    lines.push(text.slice(0, at).trimEnd());
    text = padding + text.slice(at).trim();
  }
  lines.push(lines.length === 0 ? text.trimEnd() : text);
  return lines.join('\n');
}

/** Where a line must be cut, -1 when it fits. */
function breakAt(text: string): number {
  if (WIDTH >= text.length) return -1;
  const at = text.lastIndexOf(' ', WIDTH);
  return at > 0 ? at : WIDTH;
}
