// How a broker keeps the name servers informed, with a clock moved by hand.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { loadBrokerConfig } from '../../../src/config/load.js';
import { encodeKvTable } from '../../../src/protocol/bodies/broker.js';
import { decodeRegisterBody } from '../../../src/protocol/bodies/register.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import type { RemotingClient } from '../../../src/remoting/client.js';
import { Registration } from '../../../src/server/broker/registration.js';
import { QueueMappings } from '../../../src/server/broker/static-topics/queue-mappings.js';
import { TopicConfigs } from '../../../src/server/broker/metadata/topics.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { endingWith, tempFolder } from '../../support/temp.js';

interface Heard {
  address: string;
  name: string;
  header: Record<string, unknown>;
  /** Names and permissions of the topics of a registration. */
  topics: Map<string, number>;
}

/** Name servers that answer what a test wants, and remember what they heard. */
class NameServers {
  heard: Heard[] = [];
  readonly down = new Set<string>();
  /** Answer to QUERY_DATA_VERSION. */
  changed = true;
  body: Buffer = Buffer.alloc(0);
  /** Of the group of those who register. */
  master = '';
  /** What happens while the next question is under way. */
  meanwhile: (() => void) | undefined;

  readonly client = {
    request: async (address: string, name: string, header: object, options: { body?: Buffer }) => {
      if (this.down.has(address)) throw new Error(`nobody listens at ${address}`);
      const topics = new Map<string, number>();
      if (name === 'REGISTER_BROKER') {
        const { compressed } = header as { compressed: boolean };
        const body = decodeRegisterBody(options.body!, compressed);
        for (const [topic, { perm }] of body.topicConfigSerializeWrapper.topicConfigTable) {
          topics.set(topic, perm);
        }
      }
      this.heard.push({ address, name, header: { ...header }, topics });
      const happen = this.meanwhile;
      this.meanwhile = undefined;
      happen?.();
      const master = this.master && { masterAddr: this.master };
      return { header: { changed: this.changed, ...master }, body: this.body };
    },
  } as unknown as RemotingClient;

  take(): Heard[] {
    const heard = this.heard;
    this.heard = [];
    return heard;
  }
}

async function start(t: TestContext, args: string[] = []) {
  const storePathRootDir = tempFolder(endingWith((work) => t.after(work)));
  const { config } = loadBrokerConfig({ env: {}, args: ['namesrvAddr=one:1; two:2', ...args] });
  const clock = new FakeClock();
  const own = { config: config.brokerConfig, files: realFiles, clock, log: new RecordingLog() };
  const topics = new TopicConfigs({ ...own, storePathRootDir, timerWheelEnable: false });
  await topics.start();
  const servers = new NameServers();
  const addresses = { brokerAddr: () => '10.0.0.1:10911', haServerAddr: () => '10.0.0.1:10912' };
  const mappings = new QueueMappings({ ...own, storePathRootDir });
  const { client } = servers;
  const registration = new Registration({ ...own, ...addresses, topics, mappings, client });
  return { registration, servers, topics, clock, config: config.brokerConfig };
}

/** Lets promises go on as far as they can. */
const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('all topics are registered at the start, at intervals, and taken back at the end', async (t) => {
  const { registration, servers, topics, clock } = await start(t);
  await registration.start();
  const first = servers.take();
  assert.deepEqual(first.map(({ address }) => address).sort(), ['one:1', 'two:2']);
  assert.equal(first[0]!.topics.size, topics.size);
  assert.equal(first[0]!.header.brokerAddr, '10.0.0.1:10911');
  assert.equal(first[0]!.header.haServerAddr, '10.0.0.1:10912');
  clock.advance(10_000);
  await settle();
  assert.equal(servers.take().length, 2, 'again after ten seconds');
  clock.advance(26_000);
  await settle();
  assert.equal(servers.take().length, 0);
  clock.advance(4_000);
  await settle();
  assert.equal(servers.take().length, 2, 'then every thirty, less a tenth at most');
  await registration.stop();
  assert.deepEqual(
    servers.take().map(({ name }) => name),
    ['UNREGISTER_BROKER', 'UNREGISTER_BROKER'],
  );
  clock.advance(60_000);
  await settle();
  assert.deepEqual(servers.take(), []);
});

test('what changes in one turn is told in one request', async (t) => {
  const { registration, servers, topics } = await start(t);
  await registration.start();
  servers.take();
  topics.update([newTopicConfig('A'), newTopicConfig('B')]);
  topics.createSendBack('C', 1, 6, 0);
  await registration.settled();
  const heard = servers.take();
  assert.equal(heard.length, 2);
  for (const { topics: told } of heard) assert.deepEqual([...told.keys()], ['A', 'B', 'C']);
});

test('a name server that was away is told all again after five seconds', async (t) => {
  const { registration, servers, topics, clock } = await start(t);
  servers.down.add('two:2');
  await registration.start();
  assert.deepEqual(servers.take().map(({ address }) => address), ['one:1']); // prettier-ignore
  servers.down.clear();
  clock.advance(5000);
  await settle();
  const again = servers.take();
  assert.deepEqual(again.map(({ address }) => address), ['two:2']); // prettier-ignore
  assert.equal(again[0]!.topics.size, topics.size);
});

test('what changes while all is told never goes out with older rows', async (t) => {
  const args = ['forceRegister=false', 'enableSplitRegistration=true', 'splitRegistrationSize=10'];
  const { registration, servers, topics, clock } = await start(t, args);
  const changed = [...topics.all().keys()].at(-1)!;
  const change = (perm: number) => () => topics.update([newTopicConfig(changed, { perm })]);
  const told = (): (number | undefined)[] => {
    const heard = servers.take().filter(({ address }) => address === 'one:1');
    return heard.flatMap((one) => (one.topics.has(changed) ? [one.topics.get(changed)] : []));
  };
  servers.meanwhile = change(4);
  await registration.start();
  await registration.settled();
  assert.deepEqual(new Set(told()), new Set([4]), 'between two parts');
  servers.meanwhile = change(2);
  clock.advance(10_000);
  await settle();
  assert.deepEqual(new Set(told()), new Set([2]), 'after the question for the version');
});

test('a name server that missed a topic is told of it, whatever version it has', async (t) => {
  const { registration, servers, topics, clock } = await start(t, ['forceRegister=false']);
  await registration.start();
  servers.down.add('two:2');
  topics.update([newTopicConfig('A')]);
  await registration.settled();
  clock.advance(9000);
  await settle();
  servers.down.clear();
  topics.update([newTopicConfig('B')]);
  await registration.settled();
  servers.changed = false;
  servers.take();
  clock.advance(1000);
  await settle();
  const [again] = servers.take().filter(({ topics: told }) => told.has('A'));
  assert.equal(again?.address, 'two:2');
});

test('a slave asks again soon until it hears of its master', async (t) => {
  const { registration, servers, clock, config } = await start(t, ['forceRegister=false']);
  config.brokerId = 1;
  servers.changed = false;
  await registration.start();
  assert.equal(servers.take().length, 2);
  for (let i = 0; i < 3; i++) {
    clock.advance(2000);
    await settle();
    assert.equal(servers.take().length, 2, `time ${i}`);
  }
  servers.master = '10.0.0.2:10911';
  clock.advance(2000);
  await settle();
  servers.take();
  clock.advance(2000);
  await settle();
  clock.advance(20_000);
  await settle();
  assert.ok(servers.take().length <= 2, 'as seldom as others');
  await registration.stop();
});

test('settings decide how much is told', async (t) => {
  const args = ['forceRegister=false', 'enableSplitRegistration=true', 'splitRegistrationSize=10'];
  const { registration, servers, topics, clock, config } = await start(t, args);
  await registration.start();
  const parts = servers.take().filter(({ address }) => address === 'one:1');
  assert.deepEqual(
    parts.map(({ topics: told }) => told.size),
    [10, topics.size - 10],
  );
  servers.changed = false;
  clock.advance(10_000);
  await settle();
  const names = servers.take().map(({ name }) => name);
  assert.deepEqual(names, ['QUERY_DATA_VERSION', 'QUERY_DATA_VERSION']);
  Object.assign(config, { brokerPermission: 4, compressedRegister: true });
  topics.update([newTopicConfig('A')]);
  await registration.settled();
  assert.equal(servers.take()[0]!.topics.get('A'), 4);
  config.enableSingleTopicRegister = true;
  topics.update([newTopicConfig('B')]);
  await registration.settled();
  assert.equal(servers.take()[0]!.name, 'REGISTER_TOPIC_IN_NAMESRV');
});

test('topics with an order configuration become ordered', async (t) => {
  const { registration, servers, topics } = await start(t);
  topics.update([newTopicConfig('A')]);
  servers.body = encodeKvTable({ A: 'broker-a:4', Unknown: 'broker-a:4' });
  await registration.start();
  assert.equal(topics.get('A')?.order, true);
});
