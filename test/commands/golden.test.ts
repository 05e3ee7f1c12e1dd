// mqadmin against our own servers says what RocketMQ's said of the same cluster, case by case.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { encodeBody } from '../../src/protocol/bodies/json.js';
import type { JsonObject } from '../../src/protocol/fastjson.js';
import { runCommand } from '../support/commands.js';
import { startFake } from '../support/fake-server.js';
import { CASES, CONTROLLER_CASES, USAGE_CASES } from '../support/golden-cases.js';
import { freePort } from '../support/ports.js';
import { startServers } from '../support/servers.js';
import { endingWith } from '../support/temp.js';
import { type Transcript, transcripts } from '../support/transcripts.js';

/** `-h` without the required options: RocketMQ fails then. */
const HELP_CASE = 46;

/** Names that nothing has. */
const IN_VAIN = [148, 216, 217, 321, 371];

/** Values that are none: RocketMQ ends with an exception. */
const WRONG_VALUES = [223, 364];

/** Every broker refused, which RocketMQ prints as a row. */
const REFUSED_ROWS = [343, 349, 351, 352];

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
  return swapping([
    ['127.0.0.1:19876', a.namesrv],
    ['127.0.0.1:20911', a.broker],
    ['127.0.0.1:20931', b.broker],
    // Nobody listens there.
    ['127.0.0.1:20999', `127.0.0.1:${await freePort()}`],
    ['127.0.0.1:19999', `127.0.0.1:${await freePort()}`],
  ]);
}

/** Recorded addresses and ours, one for the other. */
function swapping(places: readonly [string, string][]) {
  const swap = (text: string, from: 0 | 1): string =>
    places.reduce((all, pair) => all.replaceAll(pair[from]!, pair[1 - from]!), text);
  return { ours: (text: string) => swap(text, 0), theirs: (text: string) => swap(text, 1) };
}

/** What a command says of the slave that the recorded cluster had: a line, or two with a title. */
const withoutSlave = (text: string): string =>
  text.replace(/^.*Slave: 127\.0\.0\.1:20921.*\n.*\n|^.*127\.0\.0\.1:20921.*\n/gm, '');

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
      assert.deepEqual(sorted(text), sorted(withoutSlave(one.stdout)), stderr);
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
  if (USAGE_CASES.includes(number) || WRONG_VALUES.includes(number)) return 2;
  if (REFUSED_ROWS.includes(number)) return 1;
  if (stderr === '') return 0;
  return /RemotingConnectException/.test(stderr) ? 3 : 1;
}

test('controllers and containers', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const recorded = transcripts();
  const settings = recorded.get(379)!.stdout.split('\n').slice(1).filter(Boolean);
  const broker = (brokerId: number, brokerAddress: string): JsonObject => ({
    ...{ brokerName: 'broker-c', brokerId, brokerAddress, alive: true },
  });
  const state: JsonObject = {
    ...{ masterBrokerId: 1, masterAddress: '127.0.0.1:23911', masterEpoch: 1 },
    syncStateSetEpoch: 2,
    inSyncReplicas: [broker(1, '127.0.0.1:23911'), broker(2, '127.0.0.1:23921')],
    notInSyncReplicas: [],
  };
  let controller = '';
  controller = await startFake(ending, {
    CONTROLLER_GET_METADATA_INFO: () => ({
      header: {
        ...{ group: 'group1', controllerLeaderId: 'n0', controllerLeaderAddress: controller },
        peers: `n0:${controller}`,
      },
    }),
    GET_CONTROLLER_CONFIG: () => ({
      body: Buffer.from(settings.map((line) => line.replace(/ *= {2}/, '=')).join('\n')),
    }),
    CONTROLLER_GET_SYNC_STATE_DATA: (_, { body }) => {
      const known = body.toString().includes('broker-c') ? { 'broker-c': state } : {};
      return { body: encodeBody({ replicasInfoTable: known }) };
    },
    UPDATE_CONTROLLER_CONFIG: () => ({}),
    CLEAN_BROKER_DATA: () => ({}),
  });
  const container = await startFake(ending, { ADD_BROKER: () => ({}), REMOVE_BROKER: () => ({}) });
  const { ours, theirs } = swapping([
    ['127.0.0.1:19897', controller],
    ['127.0.0.1:24811', container],
    ['127.0.0.1:19886', `127.0.0.1:${await freePort()}`],
  ]);
  for (const number of CONTROLLER_CASES) {
    const one = recorded.get(number)!;
    await t.test(`${number}: mqadmin ${one.argv.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runCommand(['mqadmin', ...one.argv.map(ours)]);
      assert.equal(stderr, '');
      assert.deepEqual(sorted(theirs(stdout)), sorted(one.stdout));
      assert.equal(code, 0);
    });
  }
});
