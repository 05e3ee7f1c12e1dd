// What the trouble of a name server does to brokers and clients: none of it stops messages as long as
// one name server answers, and everything is told again once it is back.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { MqError } from '../../src/base/errors.js';
import { silentLogger } from '../../src/base/log.js';
import { createProducer } from '../../src/client/producer.js';
import { createSession, type Session } from '../../src/client/session.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { startNamesrv } from '../support/namesrv.js';
import { type Run, runCommand } from '../support/commands.js';
import { fastClock } from '../support/fast-clock.js';
import { RecordingLog } from '../support/recording-log.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const TOPIC = 'NamesrvFaults';
const TIMEOUT_MS = 1500;
/** Brokers wait for seconds before they try again. */
const FASTER = 8;

/** Two name servers, one of them behind a proxy, and a broker that knows both. */
interface Names {
  ending: Ending;
  proxied: TcpProxy;
  /** `host:port` of the other one. */
  sound: string;
  both: string;
  log: RecordingLog;
  broker: RunningBroker;
}

async function start(t: TestContext, ready?: (proxy: TcpProxy) => void): Promise<Names> {
  const ending = endingWith((work) => t.after(work));
  const behind = (await startNamesrv(ending, tempFolder(ending))).address;
  const sound = (await startNamesrv(ending, tempFolder(ending))).address;
  const proxied = await TcpProxy.start(ending, behind);
  ready?.(proxied);
  const both = `${proxied.address};${sound}`;
  const log = new RecordingLog();
  const place = { namesrvAddr: both, registerBrokerTimeoutMills: TIMEOUT_MS * FASTER };
  const clock = fastClock(FASTER);
  const broker = await RunningBroker.start(ending, { broker: place, log, clock });
  return { ending, proxied, sound, both, log, broker };
}

function sessionOf({ ending }: Names, namesrvAddrs: readonly string[]): Session {
  const own = { clock: systemClock, log: silentLogger, timeoutMs: TIMEOUT_MS };
  const session = createSession({ namesrvAddrs, ...own });
  ending.after(() => session.close());
  return session;
}

/** Both name servers know it when this resolves: an answer waits for them, but not for ever. */
async function createTopic(names: Names, topic: string): Promise<void> {
  await names.broker.createTopic(topic, 1);
  for (const address of [names.proxied.address, names.sound]) {
    await until(`${topic} at ${address}`, () => knows(names, address, topic));
  }
}

/** Whether a name server has the route of a topic. */
async function knows(names: Names, address: string, topic: string): Promise<boolean> {
  const session = sessionOf(names, [address]);
  try {
    return (await session.findRoute(topic)) !== undefined;
  } catch {
    return false;
  } finally {
    session.close();
  }
}

describe('a name server in trouble', { concurrency: true }, () => {
  it('one that accepts and says nothing does not hold up the start of a broker', async (t) => {
    const names = await start(t, (proxy) => proxy.partition());
    await names.broker.createTopic(TOPIC, 1);
    await until('the topic at the sound one', () => knows(names, names.sound, TOPIC));
    await until('warning', () =>
      names.log.alarms.some((line) => line.includes(`name server ${names.proxied.address}`)),
    );
    names.proxied.heal();
    await until('registration at the other', () => knows(names, names.proxied.address, TOPIC));
  });

  it('messages flow while it is gone, and it is told everything when it is back', async (t) => {
    const names = await start(t);
    await createTopic(names, TOPIC);
    const producer = createProducer({
      namesrvAddr: names.both,
      group: 'NamesrvFaults',
      timeoutMs: TIMEOUT_MS,
      pollNameServerIntervalMs: 100,
    });
    await producer.start();
    names.ending.after(() => producer.stop());
    names.proxied.refusing = true;
    names.proxied.cut();
    for (let i = 0; i < 20; i++) await producer.send({ topic: TOPIC, body: `without ${i}` });
    await names.broker.createTopic('Meanwhile', 1);
    await until('the new topic at the sound one', () => knows(names, names.sound, 'Meanwhile'));
    await producer.send({ topic: 'Meanwhile', body: 'a topic that only one name server has' });
    names.proxied.heal();
    await until('the new topic at the other', () =>
      knows(names, names.proxied.address, 'Meanwhile'),
    );
  });

  it('a half-open connection to it is given up, by brokers and by clients', async (t) => {
    const names = await start(t);
    const session = sessionOf(names, [names.proxied.address]);
    await createTopic(names, TOPIC);
    await session.route(TOPIC);
    names.proxied.halfOpen('target');
    const accepted = names.proxied.accepted;
    await names.broker.createTopic('AfterwardsKnown', 1);
    await until('the new topic', () => knows(names, names.proxied.address, 'AfterwardsKnown'));
    await assert.rejects(session.route(TOPIC, { fresh: true }), hasCode('NAMESRV_UNREACHABLE'));
    const again = () => session.findRoute(TOPIC, { fresh: true }).catch(() => undefined);
    await until('the route on a new connection', again);
    assert.ok(names.proxied.accepted >= accepted + 2);
  });

  it('mqadmin says in one line that nobody answers, and exits with 3', async (t) => {
    const names = await start(t);
    await createTopic(names, TOPIC);
    const list = (namesrv: string): Promise<Run> =>
      runCommand(['mqadmin', 'topicList', '-n', namesrv, '--timeout', '2500']);
    assert.equal((await list(names.both)).code, 0);
    names.proxied.partition();
    const silent = await list(names.proxied.address);
    assert.equal(silent.code, 3);
    assert.match(silent.stderr, /^error: cannot reach the name server [\d.:]+: .*\n/);
    assert.equal(silent.stdout, '');
    // The other one answers in its place.
    assert.match((await list(names.both)).stdout, new RegExp(`^${TOPIC}$`, 'm'));
  });

  it('when all are gone clients keep the routes that they have, and say so otherwise', async (t) => {
    const names = await start(t);
    await createTopic(names, TOPIC);
    const only = names.proxied.address;
    const producer = createProducer({ namesrvAddr: only, group: 'Alone', timeoutMs: TIMEOUT_MS });
    await producer.start();
    names.ending.after(() => producer.stop());
    await producer.send({ topic: TOPIC, body: 'with' });
    names.proxied.refusing = true;
    names.proxied.cut();
    for (let i = 0; i < 5; i++) await producer.send({ topic: TOPIC, body: `without ${i}` });
    const unknown = producer.send({ topic: 'NeverSeen', body: 'no way to find its queues' });
    await assert.rejects(unknown, hasCode('NAMESRV_UNREACHABLE'));
  });
});

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof MqError && error.code === code;
}
