// The parts of docs/commands.md that no declaration says.

export const COMMANDS_INTRODUCTION = `# Commands

<!-- Made by scripts/command-docs.ts from src/commands; do not edit. -->

Every command is there under \`pocketmq\`, and those of RocketMQ under their own names too:
\`mqnamesrv\`, \`mqbroker\`, \`mqadmin\`, \`mqshutdown\`, and in a checkout \`bin/tools.sh\` and
\`bin/play.sh\`. \`mqadmin\` alone lists its commands, \`mqadmin help <command>\` or
\`mqadmin <command> -h\` shows the options. Names may be written in any letter case.

| exit code | meaning |
|---|---|
| 0 | done; or ended with Ctrl-C, where it repeats until then |
| 1 | a server refused, or part of the work failed, or it was not confirmed |
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

Named profiles, which account signs the requests, completion, \`doctor\` and the shell have a page of
their own: [mqadmin.md](mqadmin.md).
`;

export const MQADMIN_INTRODUCTION = `
## mqadmin
Name servers are given with \`-n 10.0.0.1:9876;10.0.0.2:9876\` (a comma will do), else by a profile,
\`NAMESRV_ADDR\` or \`config.ini\`. Beside RocketMQ's own options every command has some of these;
\`-h\` lists them below RocketMQ's text:

| option | what it does |
|---|---|
| \`--output json\`, \`--json\` | one document with the keys that are listed below, command by command |
| \`--output yaml\` | the same as YAML |
| \`--output csv\` | the rows as RFC 4180: a heading, quotes where needed, CRLF |
| \`--output table\` | the rows in a frame, for people; on a terminal that is too narrow for it a line for each cell |
| \`--json-schema\` | the JSON schema of the command's document; no server is asked |
| \`--watch [s]\` | again and again until Ctrl-C, every 2 s without a number; with \`--json\` a document a line, with \`--output yaml\` documents between \`---\`. A round that fails is reported, and the next one comes |
| \`--dry-run\` | asks what has to be asked, and prints which server would get which request with what; files are named, not written. With \`--json\`: \`{ dryRun: true, requests: [{ server, address, request, header, body?, times }], files: [text] }\` |
| \`--yes\` | nothing is asked. Without a terminal on stdin nothing is asked either, so scripts keep working |
| \`--profile prod\`, \`--access-key\`, \`--tls\` … | where and as whom: [mqadmin.md](mqadmin.md) |
| \`--timeout 500\` | milliseconds that any one request, and connecting, may take |

When some of several servers fail, the others are served: their results are printed, each failure is an
\`error:\` line of its own with the server's address, and the exit code is 1.

What takes longer than half a second shows a spinner on stderr, on a terminal only. Commands that
repeat (\`-i\`, \`--watch\`, clusterRT, startMonitoring) or take long (checkMsgSendRT, sendMsgStatus, statsAll)
end with 0 on Ctrl-C, with what they have.
`;
