// What every command of mqadmin has beside RocketMQ's options: forms of output, --watch, --dry-run,
// the question before something is destroyed, --timeout, and what fails at one of several brokers.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { Io } from '../../../src/cli/process/io.js';
import { MQADMIN, MQADMIN_OWN } from '../../../src/cli/catalog/names.js';
import { schemaOf } from '../../../src/cli/command/shape.js';
import { systemClock } from '../../../src/base/clock.js';
import type { Cluster } from '../../support/cluster.js';
import {
  captured,
  loadCommand,
  runCommand,
  sourceCommands,
  type Run,
} from '../../support/commands.js';
import { main } from '../../../src/cli/main.js';
import { registerBroker } from '../../support/fake-broker.js';
import { freePort } from '../../support/ports.js';
import { startServers } from '../../support/servers.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';

const ending = new Ending();
let cluster: Cluster;
before(async () => {
  cluster = await startServers(ending);
});
after(() => ending.run());

const env = () => ({ NAMESRV_ADDR: cluster.namesrv, POCKETMQ_HOME: '/nonexistent' });
const mqadmin = (words: string[], io: Partial<Io> = {}): Promise<Run> =>
  runCommand(['mqadmin', ...words], { env: env(), ...io });

test('every command says what it does and what its JSON looks like', async () => {
  for (const name of [...MQADMIN, ...MQADMIN_OWN]) {
    const { effect, shape } = await loadCommand(`mqadmin:${name}`);
    if (effect === undefined && (MQADMIN_OWN as readonly string[]).includes(name)) continue;
    assert.match(effect ?? 'nothing', /^(reads|changes|destroys)$/, name);
    assert.ok(shape !== undefined, `${name} has no shape`);
  }
});

test('help has the own options of what a command does', async () => {
  const own = async (name: string): Promise<string> =>
    (await mqadmin([name, '-h'])).stdout.split('\nof PocketMQ:\n')[1]!;
  const [reads, changes, destroys] = await Promise.all(
    ['topicList', 'updateTopic', 'deleteTopic'].map(own),
  );
  for (const text of [reads!, changes!, destroys!]) {
    for (const name of ['output <form>', 'json', 'json-schema', 'timeout <ms>', 'profile <arg>']) {
      assert.match(text, new RegExp(`^ {4}--${name} {3,}\\S`, 'm'));
    }
  }
  const named = (text: string): boolean[] =>
    ['watch', 'dry-run', 'yes'].map((name) => text.includes(`--${name} `));
  assert.deepEqual([reads!, changes!, destroys!].map(named), [
    [true, false, false],
    [false, true, false],
    [false, true, true],
  ]);
});

test('an own option is never taken for an abbreviation of one of RocketMQ’s, or makes it two', async () => {
  // --o could be --order or --output, --w --writeQueueNums or --watch.
  const run = await mqadmin([
    'updateTopic',
    '-b',
    cluster.broker,
    '--to',
    'Short',
    '--w',
    '3',
    '--o',
    'false',
  ]);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /writeQueueNums=3/);
});

test('JSON, YAML, CSV and a table of the same rows', async () => {
  const json = await mqadmin(['clusterList', '--output', 'json']);
  assert.equal((await mqadmin(['topicRoute', '-t', 'TBW102', '--json'])).code, 0);
  const [row] = JSON.parse(json.stdout) as Record<string, unknown>[];
  const yaml = await mqadmin(['clusterList', '--output', 'yaml']);
  const [same] = parse(yaml.stdout) as Record<string, unknown>[];
  assert.deepEqual(Object.keys(same!), Object.keys(row!));
  assert.equal(same!.sendQueueSize, row!.sendQueueSize, 'a text of digits stays a text');
  const csv = await mqadmin(['clusterList', '--output', 'csv']);
  const [head, line, end] = csv.stdout.split('\r\n');
  assert.match(head!, /^Cluster Name,Broker Name,BID,Addr,Version,InTPS\(LOAD\),/);
  assert.match(line!, /^DefaultCluster,broker-a,0,127\.0\.0\.1:\d+,V5_5_0," +\d+\.\d\d\(0,0ms\)",/);
  assert.equal(end, '');
  const table = await mqadmin(['clusterList', '--output', 'table']);
  assert.match(table.stdout, /│ DefaultCluster │ broker-a/);
});

test('what a command prints as it goes is one document too', async () => {
  const sent = await mqadmin(['sendMessage', '-t', 'Forms', '-p', 'say "hi", you', '-k', 'k']);
  assert.equal(sent.code, 0, sent.stderr);
  const words = ['printMsg', '-t', 'Forms'];
  const [message] = parse((await mqadmin([...words, '--output', 'yaml'])).stdout) as {
    body: string;
  }[];
  assert.equal(message!.body, 'say "hi", you');
  const csv = (await mqadmin([...words, '--output', 'csv'])).stdout;
  assert.match(csv, /^topic,flag,properties,/);
  assert.ok(csv.includes('"say ""hi"", you"'), csv);
});

test('--json-schema', async () => {
  const { stdout, code } = await runCommand(['mqadmin', 'topicClusterList', '--json-schema']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'mqadmin topicClusterList',
    type: 'array',
    items: { type: 'string' },
  });
  assert.deepEqual(schemaOf({ a: 'int|null', 'b?': [{ '*': 'any' }] }), {
    type: 'object',
    properties: {
      a: { type: ['integer', 'null'] },
      b: { type: 'array', items: { type: 'object', additionalProperties: {} } },
    },
    required: ['a'],
    additionalProperties: false,
  });
});

/** Runs until `enough` has been printed, then presses Ctrl-C. */
async function interrupted(
  words: string[],
  enough: (run: Run) => boolean,
  io: Partial<Io> = {},
): Promise<Run> {
  let press: (() => void) | undefined;
  const onSignal = (fn: (signal: string) => void): (() => void) => {
    press = () => fn('SIGINT');
    return () => (press = undefined);
  };
  const all = captured({ env: env(), onSignal, ...io });
  const work = main(['mqadmin', ...words], sourceCommands(all.io), all.io);
  await until(`output of ${words[0]}: ${all.run.stderr}`, () => enough(all.run));
  press!();
  all.run.code = await work;
  assert.equal(press, undefined, 'nobody listens any more');
  return all.run;
}

const linesOf = ({ stdout }: Run): number => stdout.split('\n').length - 1;

test('--watch repeats until Ctrl-C', async () => {
  const words = ['clusterList', '--watch', '0.1'];
  const json = await interrupted([...words, '--json'], (run) => linesOf(run) >= 2);
  assert.equal(json.code, 0);
  for (const line of json.stdout.trim().split('\n')) {
    assert.equal((JSON.parse(line) as { brokerName: string }[])[0]!.brokerName, 'broker-a');
  }
  const text = await interrupted(words, (run) => linesOf(run) >= 4);
  assert.ok(!text.stdout.includes('\u001b'));
  assert.equal(text.stdout.match(/^#Cluster Name/gm)!.length, linesOf(text) / 2);
  const seen = await interrupted(words, (run) => run.stdout.split('every 0.1 s').length > 2, {
    outIsTerminal: true,
  });
  const clear = '\u001b[H\u001b[2J\u001b[3J';
  assert.ok(seen.stdout.startsWith(`${clear}every 0.1 s: mqadmin clusterList `));
  const yaml = await interrupted([...words, '--output', 'yaml'], (run) => linesOf(run) > 50);
  assert.match(yaml.stdout, /^---\n- clusterName: DefaultCluster\n/);
});

test('--watch goes on when a round fails, but not after wrong usage', async () => {
  const port = await freePort();
  const argv = ['brokerStatus', '-b', `127.0.0.1:${port}`, '--watch', '0.1'];
  const errors = ({ stderr }: Run): number => stderr.split('error: cannot connect to').length - 1;
  const run = await interrupted(argv, (one) => errors(one) >= 2);
  assert.equal(run.code, 0);
  assert.deepEqual(await runCommand(['mqadmin', 'updateTopic', '-t', 'T', '-b', 'b', '--watch']), {
    code: 2,
    stdout: '',
    stderr:
      'error: mqadmin updateTopic cannot be watched\n' +
      'hint: --watch is for commands that ask servers\n',
  });
  const none = await mqadmin(['topicList', '--watch', '0']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /^error: --watch is '0'; it must be a number of seconds, 0\.1 or more/);
});

test('Ctrl-C ends every command that repeats, with 0 and what it has', async (t) => {
  const cases: [string, RegExp][] = [
    ['clusterList -i 1', /^#Cluster Name .*\nDefaultCluster /],
    [`haStatus -b ${cluster.broker} -i 1`, /#SlaveNum\t0\n/],
    ['clusterRT -a 2 -i 1', /^#Cluster Name .*\nDefaultCluster +broker-a +\d+\.\d\d +2 +0 +\n$/],
    ['startMonitoring', /^\S+ \S+ \[MONITOR\] =+beginRound\n[^]* \[MONITOR\] =+endRound\n$/],
    ['checkMsgSendRT -t Forms -a 1000000', /^#Broker Name .*\n(.*\n)+Avg RT: \d+\.\d\d\n$/],
    ['sendMsgStatus -b broker-a -c 1000000', /^rt=\d+ms, SendResult=SendResult \[/],
  ];
  for (const [line, pattern] of cases) {
    await t.test(line, async () => {
      const shown = (run: Run): boolean => linesOf(run) >= (line.startsWith('start') ? 2 : 3);
      const first = (run: Run): boolean => run.stdout.includes('endRound') || shown(run);
      const enough = /-i/.test(line) ? (run: Run) => linesOf(run) >= 2 : first;
      const run = await interrupted(line.split(' '), enough);
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, pattern);
    });
  }
});

test('statsAll ends with the topics it has', async () => {
  let asked = 0;
  const stop = { now: (): void => undefined };
  const onSignal = (fn: (signal: string) => void): (() => void) => {
    stop.now = () => fn('SIGINT');
    return () => undefined;
  };
  const clock = {
    ...systemClock,
    // Each request sets a timer: Ctrl-C comes while the first topics are asked for.
    after: (ms: number, fn: () => void) => {
      if (++asked === 8) stop.now();
      return systemClock.after(ms, fn);
    },
  };
  const run = await mqadmin(['statsAll'], { onSignal, clock });
  assert.equal(run.code, 0, run.stderr);
  const all = await mqadmin(['statsAll']);
  assert.match(run.stdout, /^#Topic/);
  assert.ok(linesOf(run) < linesOf(all), `${linesOf(run)} of ${linesOf(all)}`);
});

test('a person is asked before something is destroyed; a script is not', async () => {
  const asked: string[] = [];
  const at = (answer: string): Partial<Io> => ({
    inIsTerminal: true,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  });
  const make = (): Promise<Run> => mqadmin(['updateTopic', '-b', cluster.broker, '-t', 'Doomed']);
  const words = ['deleteTopic', '-t', 'Doomed', '-c', 'DefaultCluster'];
  await make();
  for (const answer of ['', 'n', 'no', 'yesterday']) {
    assert.deepEqual(await mqadmin(words, at(answer)), {
      code: 1,
      stdout: '',
      stderr: 'error: nothing was done\nhint: answer y, or add --yes\n',
    });
  }
  assert.equal(
    asked[0],
    'This deletes the topic Doomed from the cluster DefaultCluster. Go on? [y/N] ',
  );
  assert.equal((await mqadmin(words, at('y'))).code, 0);
  asked.length = 0;
  await make();
  assert.equal((await mqadmin([...words, '--yes'], at('n'))).code, 0);
  await make();
  assert.equal((await mqadmin([...words, '--dry-run'], at('n'))).code, 0);
  assert.equal((await mqadmin(words)).code, 0, 'stdin is no terminal');
  assert.deepEqual(asked, []);
  assert.equal((await mqadmin(['topicRoute', '-t', 'TBW102'], at('n'))).code, 0);
  assert.deepEqual(asked, [], 'reading is not asked about');
});

test('--timeout holds for any request, and for connecting', async (t) => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  t.after(() => silent.close());
  await until('a listening server', () => silent.listening);
  const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  for (const words of [['brokerStatus'], ['brokerConsumeStats', '-t', '50000']]) {
    const run = await mqadmin([...words, '-b', address, '--timeout', '150']);
    assert.equal(run.code, 3);
    assert.match(run.stderr, new RegExp(`^error: no answer from ${address} to \\w+ within 150 ms`));
  }
  const wrong = await mqadmin(['topicList', '--timeout', '0']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: --timeout is '0'; it must be 1 or more\n/);
});

test('what fails at one broker is listed, the others are served', async () => {
  const dead = await registerBroker(ending, cluster.namesrv, { brokerName: 'broker-dead' });
  const failed = new RegExp(`^error: cannot connect to ${dead}: nobody listens there\nhint: `);
  const made = await mqadmin(['updateTopic', '-c', 'DefaultCluster', '-t', 'Partly']);
  assert.equal(made.code, 1);
  assert.match(made.stdout, new RegExp(`^create topic to ${cluster.broker} success\\.\nTopicCo`));
  assert.match(made.stderr, failed);
  const config = await mqadmin(['getBrokerConfig', '-c', 'DefaultCluster', '--json']);
  assert.equal(config.code, 1);
  assert.deepEqual(Object.keys(JSON.parse(config.stdout) as object), [cluster.broker]);
  assert.match(config.stderr, failed);
  const gone = await mqadmin(['deleteTopic', '-c', 'DefaultCluster', '-t', 'Partly']);
  assert.equal(gone.code, 1);
  assert.equal(gone.stdout, `delete topic [Partly] from broker [${cluster.broker}] success.\n`);
  const only = await mqadmin(['brokerStatus', '-b', dead]);
  assert.equal(only.code, 3, 'nothing was reached at all');
  assert.equal(only.stdout, '');
});
