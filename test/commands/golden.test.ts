// mqadmin against our own servers says what RocketMQ's said of the same cluster, case by case.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runCommand } from '../support/commands.js';
import { CASES, USAGE_CASES } from '../support/golden-cases.js';
import { freePort } from '../support/ports.js';
import { startServers } from '../support/servers.js';
import { endingWith } from '../support/temp.js';
import { type Transcript, transcripts } from '../support/transcripts.js';

/** `-h` without the required options: RocketMQ fails then. */
const HELP_CASE = 46;

/** Names that nothing has. */
const IN_VAIN = [148, 216, 217, 371];

/** Where our words are other ones on purpose: a failure is named as one. */
const STDERR: Record<number, RegExp> = {
  10: /value is not in set: \[UNSPECIFIED, /,
  11: /unsupported key: no\.such/,
  13: /The topic\[TBW102\] is conflict with system topic\./,
  14: /^error: Missing required option: \[-b create topic to which broker, -c create/,
  28: /The specified group: Bad Group!, contains illegal characters/,
  64: /topic NoSuchTopic does not exist/,
  375: /The topic\[TBW102\] is conflict with system topic\./,
};

async function cluster(t: TestContext) {
  const ending = endingWith((work) => t.after(work));
  const a = await startServers(ending);
  const b = await startServers(ending, {
    broker: { brokerName: 'broker-b', namesrvAddr: a.namesrv },
  });
  const places: [string, string][] = [
    ['127.0.0.1:19876', a.namesrv],
    ['127.0.0.1:20911', a.broker],
    ['127.0.0.1:20931', b.broker],
    // Nobody listens there.
    ['127.0.0.1:20999', `127.0.0.1:${await freePort()}`],
    ['127.0.0.1:19999', `127.0.0.1:${await freePort()}`],
  ];
  const swap = (text: string, from: 0 | 1): string =>
    places.reduce((all, pair) => all.replaceAll(pair[from]!, pair[1 - from]!), text);
  return { ours: (text: string) => swap(text, 0), theirs: (text: string) => swap(text, 1) };
}

/** Lines in any order, and brokers in any order within one. */
const sorted = (text: string): string[] =>
  text.replace('broker-b:4;broker-a:4', 'broker-a:4;broker-b:4').split('\n').sort();

test('text and exit codes', async (t) => {
  const { ours, theirs } = await cluster(t);
  const recorded = transcripts();
  for (const number of [...CASES, ...USAGE_CASES]) {
    const one = recorded.get(number)!;
    await t.test(`${number}: mqadmin ${one.argv.join(' ')}`, async () => {
      const argv = one.argv.map(ours);
      const { code, stdout, stderr } = await runCommand(['mqadmin', ...argv]);
      // The order of rows is that of Java's hash maps.
      const text = theirs(number === HELP_CASE ? stdout.split('\nof PocketMQ:')[0]! : stdout);
      assert.deepEqual(sorted(text), sorted(one.stdout), stderr);
      assert.equal(code, exitOf(one), stderr);
      // What RocketMQ does in vain without a word is done with one here.
      if (code === 0) assert.match(stderr, IN_VAIN.includes(number) ? /^(warning: .*\n)+$/ : /^$/);
      else assert.match(stderr, STDERR[number] ?? /^error: /);
    });
  }
});

/** RocketMQ ends with 0 when it failed; here 1 is refused, 2 wrong usage, 3 not reachable. */
function exitOf({ number, exit, stderr }: Transcript): number {
  if (exit === '1') return number === HELP_CASE ? 0 : 2;
  if (USAGE_CASES.includes(number)) return 2;
  if (stderr === '') return 0;
  return /RemotingConnectException/.test(stderr) ? 3 : 1;
}
