// Writes docs/commands.md from the commands: `node --import tsx scripts/command-docs.ts`.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { CommandClass } from '../src/cli/command/define.js';
import { MQADMIN, MQADMIN_OWN, PROGRAMS } from '../src/cli/catalog/names.js';
import { ownHelp } from '../src/cli/command/own-options.js';
import { CASES as LIVE_CASES, type Place } from '../test/interop/admin-cases.js';
import { CASES, CONTROLLER_CASES, USAGE_CASES } from '../test/support/golden-cases.js';
import { offlineCases } from '../test/support/golden.js';
import { transcripts } from '../test/support/transcripts.js';
import { COMMANDS_INTRODUCTION, MQADMIN_INTRODUCTION } from './command-docs-text.js';
import { shapeText } from './shape-text.js';

async function load(id: string): Promise<CommandClass> {
  const url = new URL(`../src/commands/${id.replace(':', '/')}.ts`, import.meta.url);
  return ((await import(url.href)) as { default: CommandClass }).default;
}

const DOES = {
  reads: 'Reads: `--watch` repeats it.',
  changes: 'Changes something: `--dry-run` tries it.',
  destroys:
    'Destroys something: it asks on a terminal; `--dry-run` tries it, `--yes` asks nothing.',
} as const;

async function section(id: string, name: string): Promise<string> {
  const { summary = '', effect, differs, shape, usage } = await fields(id);
  const notes = [
    ...(effect === undefined ? [] : [DOES[effect]]),
    ...(differs === undefined ? [] : [`Other than in RocketMQ: ${differs}.`]),
  ];
  const json = shape === undefined ? '' : `\nIts JSON:\n\n\`\`\`\n${shapeText(shape)}\n\`\`\`\n`;
  const about = notes.length === 0 ? '' : `\n${notes.join('\n')}\n`;
  return `\n### ${name}\n${summary}\n${about}\n\`\`\`\n${usage}\`\`\`\n${json}`;
}

async function fields(id: string) {
  const command = await load(id);
  const { summary, effect, differs, shape } = command;
  // What all commands share is told once.
  const usage = command.usageText(id).split('\nof PocketMQ:\n')[0]!;
  return { summary, effect, differs, shape, usage };
}

/** How the text of each command was compared with RocketMQ's. */
function comparisons(): Map<string, string[]> {
  const recorded = transcripts();
  const golden = [...CASES, ...CONTROLLER_CASES, ...USAGE_CASES].map(
    (number) => recorded.get(number)!.argv[0]!,
  );
  const offline = offlineCases().flatMap(([, cases]) => cases);
  golden.push(...offline.map(({ command }) => command.split(' ')[0]!));
  const live = Object.values(LIVE_CASES).map(({ argv: words }) => words(NOBODY)[0]!);
  return new Map(
    MQADMIN.map((name) => [
      name,
      [
        'help',
        ...(golden.includes(name) ? ['recorded'] : []),
        ...(live.includes(name) ? ['live'] : []),
      ],
    ]),
  );
}

const NOBODY: Place = {
  ...{ namesrv: '', broker: '', brokerName: '', msgId: '', clientId: '' },
  ...{ topicsFile: '', groupsFile: '', exports: '', tool: 'O' },
};

async function stateTable(): Promise<string> {
  const compared = comparisons();
  const rows: string[] = [];
  for (const name of MQADMIN) {
    const { effect, differs = '' } = await fields(`mqadmin:${name}`);
    const how = compared.get(name)!.join(', ');
    const link = `[${name}](#${name.toLowerCase()})`;
    rows.push(`| ${[link, effect, 'served', how, differs].join(' | ')} |`);
  }
  const head =
    '| command | it | state | text compared | other than in RocketMQ |\n|---|---|---|---|---|';
  return `${head}\n${rows.join('\n')}\n`;
}

function ownOptions(): string {
  const [, reads] = ownHelp('reads', { offline: false }).split('of PocketMQ:\n');
  const [, destroys] = ownHelp('destroys', { offline: false }).split('of PocketMQ:\n');
  const lines = [...new Set([...reads!.split('\n'), ...destroys!.split('\n')])].filter(Boolean);
  return `\`\`\`\n${lines.join('\n')}\n\`\`\`\n`;
}

export async function commandDocs(): Promise<string> {
  const parts = [COMMANDS_INTRODUCTION, '\n## Programs\n'];
  for (const name of PROGRAMS) {
    if (name !== 'mqadmin') parts.push(await section(name, name));
  }
  parts.push(MQADMIN_INTRODUCTION, '\n', ownOptions());
  parts.push('\n## State against RocketMQ 5.5.0\n', STATE, await stateTable());
  parts.push('\n## The commands of mqadmin\n');
  parts.push('In the order in which RocketMQ lists them; the last ones are ours.\n');
  for (const name of [...MQADMIN, ...MQADMIN_OWN]) {
    parts.push(await section(`mqadmin:${name}`, name));
  }
  return parts.join('');
}

const STATE = `All ${MQADMIN.length} commands of RocketMQ's list are there. Compared with RocketMQ 5.5.0: \`help\` is the
help text and the words for missing options, letter by letter; \`recorded\` the output against recorded
runs; \`live\` both tools against both systems. Every command's JSON is tested on a live cluster.
Exit codes are other ones on purpose: RocketMQ ends with 0 when it failed.

`;

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/commands.md', import.meta.url), await commandDocs());
}
