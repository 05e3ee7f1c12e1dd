// Writes docs/config.md from the configuration tables: `node --import tsx scripts/config-docs.ts`.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { AUTH_CONFIG } from '../src/config/auth-config.js';
import { BROKER_CONFIG } from '../src/config/broker-config.js';
import { CONTROLLER_CONFIG } from '../src/config/controller-config.js';
import { MESSAGE_STORE_CONFIG } from '../src/config/message-store-config.js';
import { NAMESRV_CONFIG } from '../src/config/namesrv-config.js';
import { NETTY_CLIENT_CONFIG, NETTY_SERVER_CONFIG } from '../src/config/netty-config.js';
import { allowedBy, formatValue } from '../src/config/rows.js';
import type { Row, Table } from '../src/config/rows.js';

const INTRODUCTION = `# Configuration

<!-- Made by scripts/config-docs.ts from src/config; do not edit. -->

The keys are those of Apache RocketMQ 5.5.0, and so are their defaults.

## Where a value comes from
Each line wins over those above it:

1. the default in the tables below;
2. \`NAMESRV_ADDR\` (for \`namesrvAddr\`) and \`ROCKETMQ_HOME\` (for \`rocketmqHome\`) in the environment;
3. the file behind \`-c\`: looked for from the current folder, then from \`ROCKETMQ_HOME\`, then beside
   the program, so \`-c conf/broker.conf\` works from anywhere;
4. \`-n\` (for \`namesrvAddr\`), then \`key=value\` words at the end of the command line. (RocketMQ
   ignores such words.)

Without any of them a broker keeps its messages in \`~/store\`, a name server its table in
\`~/namesrv\`, and both log to \`~/logs/rocketmqlogs\`: the places that RocketMQ uses. \`ROCKETMQ_HOME\`
is \`~/.pocketmq\` when it is not set.

## The file
Java properties: \`key = value\`, \`key: value\` or \`key value\`; \`#\` and \`!\` begin a comment only at the
start of a line, so \`fileReservedTime=48 # hours\` is a mistake; a backslash at the end of a line
continues it, and one in a Windows path has to be doubled; \`\\u4e2d\` is a character. The file is
UTF-8, with or without a byte order mark, with any line ends. Blanks around a value do not count
(RocketMQ takes \`autoCreateTopicEnable=true \` for false). \`mapedFileSize…\`, as in RocketMQ 4, and
\`mappedFileSize…\` are the same keys.

- A value of the wrong type or out of range: nothing starts, and the error names file, line, key,
  value and what is allowed. RocketMQ ignores such a line without a word.
- An unknown key: a warning with file, line and the nearest key.
- A key that stands twice: a warning; the last one counts.
- A key that has no effect here: one line in the log.

## Addresses and ports
- \`brokerIP1\` is what clients are told to connect to. When it is not set, the broker takes an
  address of this host: IPv4 before IPv6, public before private, no loopback, bridge or container
  interface; it says which. Set \`brokerIP1\` when clients reach this host by another one (NAT, a
  container, several networks). \`brokerIP2\` is the same for slaves.
- \`bindAddress\` is what the server listens on; all addresses by default.
- A broker takes three ports: \`listenPort\`, \`listenPort - 2\` for the VIP channel, and
  \`haListenPort\`, which is \`listenPort + 1\` unless it is set.

## TLS
As in RocketMQ, TLS is not part of these files: it is set by \`-Dtls.…\` words in \`JAVA_OPT\` (or
\`JAVA_OPT_EXT\`, \`JAVA_OPTS\`, \`JAVA_TOOL_OPTIONS\`) and in \`/etc/rocketmq/tls.properties\`, or the file that
\`-Dtls.config.file\` names; the file wins. Keys and certificates are PEM files.

| property | default | meaning |
|---|---|---|
| \`tls.server.mode\` | \`permissive\` | what servers take on their ports: \`permissive\` both plain connections and TLS, \`enforcing\` TLS only, \`disabled\` plain ones only. Only in \`JAVA_OPT\` |
| \`tls.enable\` | \`false\`; \`true\` with \`enforcing\` | clients and commands connect with TLS; so do brokers to others, also with \`useTLS=true\` in their file. Only in \`JAVA_OPT\` |
| \`tls.test.mode.enable\` | \`true\` | servers make a certificate of their own, clients trust every server. For anything but trying out set it to \`false\` |
| \`tls.server.keyPath\`, \`tls.server.keyPassword\`, \`tls.server.certPath\` | | of servers; a renewed certificate is taken up without a restart |
| \`tls.server.need.client.auth\` | \`none\` | ask clients for a certificate: \`none\`, \`optional\`, \`require\` |
| \`tls.server.authClient\`, \`tls.server.trustCertPath\` | \`false\` | check the certificates of clients, and against which |
| \`tls.client.keyPath\`, \`tls.client.keyPassword\`, \`tls.client.certPath\` | | of clients |
| \`tls.client.authServer\`, \`tls.client.trustCertPath\` | \`false\` | check the certificates of servers, and against which |

Keys that cannot be used fail the start and say which. Replication between brokers is not encrypted,
as in RocketMQ.

## TLS
As in RocketMQ, TLS has settings of its own: \`-Dtls.…\` words in \`JAVA_OPT\`, \`JAVA_OPTS\` or
\`JAVA_TOOL_OPTIONS\`, and the file \`/etc/rocketmq/tls.properties\` (another one with
\`-Dtls.config.file=…\`), which wins over them. \`-Dtls.server.mode\` is \`permissive\` (plain and TLS
on the same port, the default), \`enforcing\` or \`disabled\`; \`-Dtls.enable=true\`, or \`useTLS=true\`
in the configuration file, makes the server's own connections use it.

## Looking and changing
\`mqbroker -p\` prints all settings, \`mqbroker -m\` the important ones, \`mqnamesrv -p\` those of a name
server, each as it would be with the same file and words. RocketMQ leaves brokerName, brokerId,
brokerClusterName and all of MessageStoreConfig out of them; here they come at the end.

\`mqadmin updateBrokerConfig\` and \`updateNamesrvConfig\` change a running server. The new value is
checked as at a start, and it is written into the file: the line that sets the key is replaced, or a
line is added, and comments stay. (RocketMQ replaces the file by a list of all keys.) Keys marked
*start* are written and taken up at the next start. Keys in \`configBlackList\` are refused. A broker
without a file writes to \`<storePathRootDir>/config/broker.properties\`, which nothing reads: start it
with \`-c\` that file to keep them.

Values of keys marked *secret* are in no message and no log; \`mqbroker -p\` shows them.
`;

const CLASSES: readonly [string, string, Table][] = [
  ['BrokerConfig', 'Of a broker.', BROKER_CONFIG],
  ['MessageStoreConfig', 'Of a broker: its store and its replication.', MESSAGE_STORE_CONFIG],
  ['NamesrvConfig', 'Of a name server.', NAMESRV_CONFIG],
  ['NettyServerConfig', 'Of both: the listening side.', NETTY_SERVER_CONFIG],
  ['NettyClientConfig', 'Of both: the calling side.', NETTY_CLIENT_CONFIG],
  ['AuthConfig', 'Of a broker: access control.', AUTH_CONFIG],
  ['ControllerConfig', 'Of a name server with a controller in it.', CONTROLLER_CONFIG],
];

export function configDocs(): string {
  return INTRODUCTION + CLASSES.map(([name, about, table]) => chapter(name, about, table)).join('');
}

function chapter(name: string, about: string, table: Table): string {
  const rows = Object.entries(table);
  const working = rows.filter(([, row]) => row.effect);
  const idle = rows.filter(([, row]) => !row.effect);
  const head = `\n## ${name}\n${about}\n`;
  return head + section('With an effect', working) + section('Accepted, without effect', idle);
}

function section(title: string, rows: [string, Row<number | boolean | string>][]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([key, row]) => {
    const marks = [
      row.important ? 'important' : '',
      row.fixed && row.effect ? 'start' : '',
      row.secret ? 'secret' : '',
    ];
    const cells = [
      `\`${key}\``,
      defaultOf(row),
      row.kind === 'text' && !row.allowed ? 'text' : allowedBy(row),
      [row.doc, ...marks.filter((mark) => mark !== '').map((mark) => `*${mark}*`)].join('. '),
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  });
  return `\n### ${title}\n\n| key | default | allowed | meaning |\n|---|---|---|---|\n${lines.join('')}`;
}

function defaultOf(row: Row<number | boolean | string>): string {
  if (row.fromText) return row.fromText.replaceAll('<', '&lt;');
  return row.value === '' ? '' : `\`${formatValue(row, row.value)}\``;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/config.md', import.meta.url), configDocs());
}
