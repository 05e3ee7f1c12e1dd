// Writes docs/compatibility.md: `node --import tsx scripts/compatibility-docs.ts`. What is served is
// not claimed but asked: every request code goes to a name server and a broker of this version.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../src/base/clock.js';
import { realFiles } from '../src/base/files.js';
import { silentLogger } from '../src/base/log.js';
import { BROKER_TABLES, NAMESRV_TABLES } from '../src/config/tables.js';
import { type RequestName, REQUESTS } from '../src/protocol/requests/index.js';
import { ResponseCode } from '../src/protocol/responses.js';
import { createClient } from '../src/remoting/client.js';
import { createEmbedded } from '../src/server/embedded.js';
import type { Expected } from '../test/suites/outcome.js';

const INTRODUCTION = `# What works, beside Apache RocketMQ 5.5.0

<!-- Made by scripts/compatibility-docs.ts; do not edit. -->

## Proved by tests with software that others wrote
| what | how |
|---|---|
| Java client 5.5.0 | producer (sync, async, one-way, batch), push consumer clustering, broadcasting and orderly, lite pull and pull consumers, POP; headers in JSON and ROCKETMQ; tags and SQL92, delays, retries, transactions, request-reply, compression (zlib, LZ4, Zstandard), TLS; a broker that is killed and comes back. With the same tests against RocketMQ's own servers: numbers of queues, offsets and members that change while clients run, notices of members, where new groups begin, running info with stacks and consuming directly by either mqadmin, traces in either topic, namespaces, units, recalls, limits of sizes, sending back to a chosen broker |
| Go client (rocketmq-client-go v2) | sync, async and batch sends, push consumers sharing, broadcasting, by tag; a broker that is killed and comes back. As the Java client with RocketMQ's servers, too: numbers of queues, offsets and members that change, where new groups begin, consuming directly, traces, zlib between the three; how it is (but for the 10 s in which it has one sample of its speeds: then it answers with a marshal error, with RocketMQ's servers, too) |
| Node client (ali-ons) | sends, push consumers sharing, broadcasting, by tag; with RocketMQ's servers, too: numbers of queues and offsets that change, where new groups begin, zlib |
| gRPC client (rocketmq-client-java 5.2.0) through RocketMQ's proxy 5.5.0 in cluster mode | push, ordered and simple consumers, delays and recall, transactions, lite topics: subscribing, exclusive groups; topics that take messages of their type only, by what the client is told and by the proxy itself (the same with RocketMQ's servers) |
| Java mqadmin | its commands against these servers give the text that they give against Java's |
| Java name server and broker | \`mqadmin\` here gives the same text as Java's against them; a name server of either kind with a broker of the other |
| Java store engine | opens stores written here, and the other way round, after stops and kills; also what POP has handed out, and compacted topics |
| broker of RocketMQ 4.9.7 | goes on with a store of ours after a stop and after a kill, and ours with its; [store.md](store.md#back-to-rocketmq-49) says what it does not know |
| Java master with a slave of ours, our master with a Java slave | same log, answers that wait for the copy |
| answers recorded from Java's broker and name server | some 2,000 requests, good and bad: same code, remark and fields but for the differences below; of two masters, too: send-back to a chosen one, the order configuration |

`;

const SUITES: Readonly<Record<string, string>> = {
  apache:
    "Apache RocketMQ's integration tests (`rocketmq-test` 5.5.0 from Maven Central; three brokers and a name server of ours in the place of its own): balance, broadcasting, tags, SQL, POP, priorities, sends of all kinds, order, queries, transactions, delay, offsets, recall, retry, static topics, TLS",
  ons: 'ali-ons 3.12.2, its own tests (Node; from a checkout: `--ons`; two brokers, as in its CI)',
  go: "rocketmq-client-go v2.1.2, the 30 examples of its module (from Go's module proxy), each until it has done what it is for: all kinds of sends, push and pull consumers, order, retries, accounts, namespaces, request-reply, traces, transactions, administration",
};

function suiteList(name: string): Expected {
  const file = new URL(`../test/suites/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Expected;
}

/** How the cases of a suite end, from the list that `npm run test:suites` compares with. */
function suiteRow([name, what]: [string, string]): string {
  const { cases } = suiteList(name);
  const ends = Object.values(cases).flatMap((group) => Object.values(group));
  const count = (end: string): number => ends.filter((text) => text.startsWith(end)).length;
  const cells = ['passed', 'not applicable', 'ignored', 'failed'].map(count);
  return `| ${what} | ${cells.join(' | ')} |`;
}

/** What a list has reasons for. */
function explained(name: string): string[] {
  const { without, cases } = suiteList(name);
  const rows = Object.entries(without).map(
    ([what, why]) => `| ${name} | all of \`${what}\` | ${why} |`,
  );
  for (const [group, own] of Object.entries(cases)) {
    for (const [one, text] of Object.entries(own)) {
      const [end, why] = text.split(': ');
      const mark = end === 'failed' ? '**fails**: ' : '';
      if (why) rows.push(`| ${name} | \`${group}\`: ${one} | ${mark}${why} |`);
    }
  }
  return rows;
}

const suites = (): string => `## Public test suites of clients
\`npm run test:suites\` runs them against servers of this checkout, and fails when a case ends otherwise than
the lists in \`test/suites\` say; \`--java\` runs them against RocketMQ 5.5.0 itself, where those of ali-ons and
of the Go client were seen to end the same but for two. Not part of the tests that every change must pass: it
takes an hour.

| suite | passed | not applicable | ignored by itself | failed |
|---|---|---|---|---|
${Object.entries(SUITES).map(suiteRow).join('\n')}

Not applicable, for what a case looks at is inside Java's servers, belongs to somebody else's, or needs no server;
and cases that pass here only:

| suite | case | reason |
|---|---|---|
${Object.keys(SUITES).flatMap(explained).join('\n')}

Not run: the C++ client and the Python client on top of it (native code to be compiled first; they speak the
same protocol as the Go and Node clients above), the gRPC clients' own tests (they talk to mocks; the Java one
is run through RocketMQ's proxy, see above), rocketmq-spring and rocketmq-streams (they call the Java client).

`;

const DIFFERENCES = `
## Different on purpose
| RocketMQ | here |
|---|---|
| mqadmin prints a stack trace and exits with 0 when something fails | one line \`error: …\`, often a \`hint: …\`, exit code 1 (refused or partly failed), 2 (usage) or 3 (nothing reached) |
| a misspelt configuration key is ignored | a warning with file, line and the nearest key |
| a wrong value stops the start with a stack trace, or is ignored | an error with file, line, key, value and what is allowed |
| without ROCKETMQ_HOME nothing starts | a home of its own is used |
| a damaged record torn in its properties is kept | recovery cuts the log there, and says so |
| a slave takes over topics, groups and offsets once a minute | every five seconds, topics at once |
| a slave that is ahead of its master waits for ever | the master's log says why, and what to do |
| haMasterAddress of a slave has no effect | it has |
| brokerIP1 is guessed silently | the choice is told, and how to change it |
| an unknown key or a bad value in updateBrokerConfig is a success | it is refused, and nothing changes |
| deleteTopic, deleteSubGroup and wipeWritePerm of unknown names are a success | so they are, with a warning on stderr |
| a pull with an SQL92 expression that cannot be read gets everything | it is refused |
| a transaction that is committed twice, or committed after its rollback, is delivered again | the first decision counts, as long as the half has not been looked at since; a message that the answer to a question committed is not committed again |
| a decided transaction is asked about until its op message is written (transactionOpBatchInterval) | it is not asked about |
| a half with CHECK_IMMUNITY_TIME_IN_SECONDS counts as asked at each look, and is given up unasked after transactionCheckMax looks | only questions count |
| a message loses its flag when its producer is asked about it | it keeps it |
| a decision that names a message that is no half ends in an exception, or delivers it | it is refused |
| a pull of a timed message waits for its second | it comes at its millisecond |
| compressedRegister=true is refused by the name server | it works |
| the name of a lite topic may hold a comma or a slash, and makes other queues | it is refused |
| a lite client that subscribes again in an exclusive group is told that it lost the lite topic | only others are told |
| the half of a transaction is in its lite topic before it is committed | it is there when it is committed |
| with enableLmq a group that began without it starts anew | it goes on: consumerOffset.json is read when there is no lmqConsumerOffset.json |
| in a moved queue of a static topic the offset that a pull brings along is committed as if it were one of the part on this broker | it is turned into one |
| a slave never hears of a topic that was made while its master answered it, for the master's answer has the new version and not the topic | it looks at what came, not at the version alone |
| slaves know nothing of static topics, and answer their pulls from the wrong queues | they take the mapping over |
| the search by time in a moved queue takes the last part that has an answer | it takes the first that reaches so far |
| a name server keeps what was static about a deleted topic | it forgets it |
| sends that have waited 200 ms in a queue (waitTimeMillsInSendQueue) are refused, also after a pause of the virtual machine | a send is served in the turn in which it is read, so its age is not known, and a process that the system has put aside would refuse what it can do; refused, in the words of RocketMQ, are sends that came while a write of the log took longer than osPageCacheBusyTimeOutMills |
| a slave hands out by POP what it cannot bring back, for it writes no check points | only POP in order is served there; with enableRemoteEscape all of it, for check points and acknowledgements go to another broker, which brings back what is left |
| POP requests that wait at more than popPollingMapSize queues of groups are forgotten, and never answered | one more is told that all is full |
| UNLOCK_BATCH_MQ with lockInStrictMode is answered before the other brokers have unlocked | after |
| acknowledgements of POP without bits, and other requests without what they need, end in exceptions | they do nothing, or are refused |
| a reply without a body, which the Go client makes, ends in an exception, and whoever asked waits in vain | it is delivered |
| disableConsumeIfConsumerReadSlowly judges a group by its last pull, however old | only groups that are online |
| a batch that is larger than maxMessageSize ends in an exception (SYSTEM_ERROR), which clients try again | it is illegal, as a message of that size |
| cloneGroupOffset without a topic does nothing | it takes all topics of the group |
| QUERY_CORRECTION_OFFSET deletes the offsets of the groups that it is to leave out | it leaves them out |
| a topic may have -1 queues | it is refused |
| a threshold of cold reads that is no number is ignored | it is refused |
| a sender that claims IPv6 hosts in sysFlag makes a record that nobody can read | the flags are set by the hosts there are |
| log lines are in GMT+8 | they are in local time |
| updateBrokerConfig replaces the file by a list of all keys | the line is changed, comments stay |

## Limits
- Stores whose metadata is in RocksDB are refused, with the commands that export them.
- What RocketMQ's popConsumerKVServiceEnable keeps in RocksDB is not read; the log says so. Its broker moves
  it into topics by POP_ROLLBACK. Set here, clients get the answers that RocketMQ gives with it (recorded, and
  compared by tests): retries under the names of their topics, revive queue 0, acknowledgements by offset alone,
  offsets of groups one POP behind. What is handed out is noted in topics all the same, message by message,
  where POP_ROLLBACK would put it; so nothing can be asked to stay hidden longer than timerMaxDelaySec.
- No metrics are exported: \`metricsExporterType\` (Prometheus, OTLP, log) and the keys around it have no
  effect, the lag of lite topics among them. The statistics that \`mqadmin\` reads are there.
- Not here: the proxy's gRPC, the controller itself, DLedger, tiered storage.
- Zstandard bodies are read from Node 22.15 on; zlib and LZ4 everywhere.
- 64-bit offsets, times and sizes are exact up to 2^53.
- A Java broker does not see that a store is in use here (Node has no fcntl locks); here it is seen both ways.
`;

type Answers = Record<'namesrv' | 'broker', ReadonlySet<RequestName>>;

/** Requests that a server would take for what clients are asked. */
const NAMES = Object.keys(REQUESTS) as RequestName[];
const ANY_CODE = Array.from({ length: 5000 }, (_, code) => code);

async function served(): Promise<Answers> {
  const folder = mkdtempSync(join(tmpdir(), 'pocketmq-docs-'));
  const own = { clock: systemClock, files: realFiles, log: silentLogger };
  const servers = createEmbedded({ folder, ...own });
  const client = createClient({ clock: systemClock, log: silentLogger });
  try {
    await servers.start();
    const ask = async (address: string): Promise<Set<RequestName>> => {
      const taken = await Promise.all(NAMES.map((name) => isTaken(client, address, name)));
      return new Set(NAMES.filter((_, i) => taken[i]));
    };
    const namesrv = await ask(servers.namesrvAddr);
    return { namesrv, broker: await ask(servers.brokerAddr) };
  } finally {
    client.close();
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without a single field of its header: refused for that, unless the code is not served at all. */
async function isTaken(
  client: ReturnType<typeof createClient>,
  address: string,
  name: RequestName,
): Promise<boolean> {
  const options = { allow: ANY_CODE, timeoutMs: 3000 };
  try {
    const { code } = await client.request(address, name, {} as never, options);
    return code !== ResponseCode.REQUEST_CODE_NOT_SUPPORTED;
  } catch {
    return true; // it is being worked on
  }
}

function requestTable({ namesrv, broker }: Answers): string {
  const mark = (names: ReadonlySet<RequestName>, name: RequestName): string =>
    names.has(name) ? 'yes' : '';
  const rows = NAMES.map((name) => ({ name, code: REQUESTS[name].code }))
    .sort((a, b) => a.code - b.code)
    .map(
      ({ name, code }) => `| ${code} | ${name} | ${mark(namesrv, name)} | ${mark(broker, name)} |`,
    );
  const count = `${namesrv.size} of them are served by the name server, ${broker.size} by the broker.`;
  const head = '| code | request | name server | broker |\n|---|---|---|---|';
  return `## Requests\n\n${NAMES.length} requests are known. ${count} Codes for clients, controllers
and proxies are served by neither. Everything else gets REQUEST_CODE_NOT_SUPPORTED and a remark.\n
${head}\n${rows.join('\n')}\n`;
}

async function commandTable(): Promise<string> {
  const folder = new URL('../src/commands/mqadmin/', import.meta.url);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort((a, b) => a.localeCompare(b));
  const rows: string[] = [];
  let working = 0;
  for (const name of names) {
    const module = (await import(new URL(`${name}.ts`, folder).href)) as {
      default: { served?: boolean };
    };
    const works = module.default.served !== false;
    if (works) working++;
    rows.push(`| ${name} | ${works ? 'yes' : 'says that it is not served'} |`);
  }
  return `\n## mqadmin\n\n${working} of ${names.length} subcommands work (one more than RocketMQ's 96:
consumerList).\n\n| subcommand | works |\n|---|---|\n${rows.join('\n')}\n`;
}

function configuration(): string {
  const rows = Object.entries({ ...BROKER_TABLES, ...NAMESRV_TABLES }).map(([name, table]) => {
    const all = Object.values(table);
    const effective = all.filter(({ effect }) => effect).length;
    return `| ${name} | ${all.length} | ${effective} |`;
  });
  return `\n## Configuration\n\nEvery key is read and checked; [config.md](config.md) has them one by one.\n
| section | keys | with an effect here |\n|---|---|---|\n${rows.join('\n')}\n`;
}

export async function compatibilityDocs(): Promise<string> {
  const parts = [requestTable(await served()), await commandTable(), configuration()];
  return INTRODUCTION + suites() + parts.join('') + DIFFERENCES;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/compatibility.md', import.meta.url), await compatibilityDocs());
}
