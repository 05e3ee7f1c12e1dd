// Writes docs/commands.md from the commands: `node --import tsx scripts/command-docs.ts`.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { CommandClass } from '../src/cli/define.js';
import { MQADMIN, MQADMIN_OWN, PROGRAMS } from '../src/cli/names.js';

const INTRODUCTION = `# Commands

<!-- Made by scripts/command-docs.ts from src/commands; do not edit. -->

Every command is there under \`pocketmq\`, and those of RocketMQ under their own names too:
\`mqnamesrv\`, \`mqbroker\`, \`mqadmin\`, \`mqshutdown\`, and in a checkout \`bin/tools.sh\` and
\`bin/play.sh\`. \`mqadmin\` alone lists its commands, \`mqadmin help <command>\` or
\`mqadmin <command> -h\` shows the options. Names may be written in any letter case.

## What all commands have in common
| option | meaning |
|---|---|
| \`-n 10.0.0.1:9876;10.0.0.2:9876\` | name servers; without it \`NAMESRV_ADDR\`, then \`config.ini\` |
| \`--json\` | prints one JSON document instead of text |
| \`--output table\` | prints a table for people; \`text\` is RocketMQ's own, \`json\` is \`--json\` |
| \`--timeout 5000\` | milliseconds that one request may take |

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a server refused, or part of the work failed |
| 2 | wrong usage: an unknown option, a missing one, a value that is none |
| 3 | nothing could be reached |

Results go to stdout; \`error: …\`, \`hint: …\` and warnings to stderr. With \`DEBUG=pocketmq\` an error
comes with its stack trace. Colours are for terminals only, and for none with \`NO_COLOR\`.

## Defaults of your own
\`~/.pocketmq/config.ini\` (or \`$POCKETMQ_HOME/config.ini\`) may hold

\`\`\`ini
namesrvAddr = 10.0.0.1:9876;10.0.0.2:9876
output = table
timeoutMs = 5000
\`\`\`

Requests are signed with the account in \`conf/tools.yml\` below \`ROCKETMQ_HOME\` (\`~/.pocketmq\`
where that is not set), as RocketMQ's mqadmin does.
`;

async function load(id: string): Promise<CommandClass & { served?: boolean }> {
  const url = new URL(`../src/commands/${id.replace(':', '/')}.ts`, import.meta.url);
  return ((await import(url.href)) as { default: CommandClass }).default;
}

async function section(id: string, name: string): Promise<string> {
  const command = await load(id);
  const note =
    command.served === false ? '\n**Not served yet:** it says so and ends with 1.\n' : '';
  return `\n### ${name}\n${command.summary}\n${note}\n\`\`\`\n${command.usageText(id)}\`\`\`\n`;
}

export async function commandDocs(): Promise<string> {
  const parts = [INTRODUCTION, '\n## Programs\n'];
  for (const name of PROGRAMS) {
    if (name !== 'mqadmin') parts.push(await section(name, name));
  }
  parts.push('\n## mqadmin\nIn the order in which RocketMQ lists them; the last ones are ours.\n');
  for (const name of [...MQADMIN, ...MQADMIN_OWN]) {
    parts.push(await section(`mqadmin:${name}`, name));
  }
  return parts.join('');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/commands.md', import.meta.url), await commandDocs());
}
