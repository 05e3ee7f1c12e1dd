// Static topics with RocketMQ's client, over brokers of ours and of RocketMQ: the queues move while
// a consumer reads them.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import type { StaticPlan } from '../../src/client/admin/static-plan.js';
import {
  applyPlan,
  planStaticRemapping,
  planStaticTopic,
} from '../../src/client/admin/static-topics.js';
import { createSession, type Session } from '../../src/client/session.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { startNamesrv } from '../support/namesrv.js';
import { PATIENT } from '../support/patient-settings.js';
import { freePort } from '../support/ports.js';
import { javaLaunch, javaRelease, type JavaRelease } from '../support/release.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { javaDriver } from './clients.js';
import type { Driver } from './driver.js';

const [TOPIC, QUEUES, COUNT] = ['Static', 4, 100];
/** Clients look for new routes so often. */
const POLL_MS = 1000;

async function startJava(ending: Ending, release: JavaRelease, namesrvAddr: string): Promise<void> {
  const home = tempFolder(ending);
  const listenPort = await freePort(-2, 1);
  const settings = {
    ...{ brokerName: 'broker-c', brokerIP1: '127.0.0.1', namesrvAddr, listenPort },
    ...{ storePathRootDir: join(home, 'store'), mappedFileSizeCommitLog: 1024 * 1024 },
    timerWheelEnable: false,
    ...PATIENT,
  };
  mkdirSync(join(home, 'conf'));
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}\n`);
  const file = join(home, 'conf', 'broker.conf');
  writeFileSync(file, lines.join(''));
  const child = javaLaunch(release, { heapMb: 384 })('broker', file, home);
  ending.after(() => child.kill());
  await child.line(/boot success/);
}

class Moves {
  private round = 0;

  constructor(
    private readonly namesrv: string,
    private readonly driver: Driver,
  ) {}

  async create(...targets: string[]): Promise<void> {
    await this.change((session) =>
      planStaticTopic(session, { topic: TOPIC, queues: QUEUES, targets: new Set(targets) }),
    );
  }

  async remap(...targets: string[]): Promise<void> {
    await this.change((session) =>
      planStaticRemapping(session, { topic: TOPIC, targets: new Set(targets) }),
    );
  }

  private async change(plan: (session: Session) => Promise<StaticPlan>): Promise<void> {
    const namesrvAddrs = [this.namesrv];
    const session = createSession({ namesrvAddrs, clock: systemClock, log: silentLogger });
    await applyPlan(session, await plan(session));
    session.close();
  }

  /** A hundred more messages; the queues and offsets at which they are said to be. */
  async produce(): Promise<string[]> {
    const id = `p${this.round++}`;
    this.driver.send('produce', id, TOPIC, COUNT, 'stubborn');
    await this.driver.event(id, 'done');
    this.driver.assertNoErrors(id);
    return this.driver.of(id, 'sent').map(({ key, queue, offset }) => `${key} ${queue}:${offset}`);
  }

  /** Bodies and places of what a consumer got, each once. */
  async received(id: string, count: number): Promise<string[]> {
    const got = () =>
      new Set(
        this.driver
          .of(id, 'message')
          .map(({ body, queue, offset }) => `${body} ${queue}:${offset}`),
      );
    await this.driver.until(`${count} messages for ${id}`, () => got().size >= count);
    return [...got()].sort();
  }
}

describe('static topics with the Java client', () => {
  it('its queues move between brokers of both kinds, and nothing is lost', async (t) => {
    const release = await need(t, javaRelease);
    if (!release) return;
    const ending = endingWith((work) => t.after(work));
    const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
    const start = (brokerName: string) =>
      RunningBroker.start(ending, { broker: { namesrvAddr: namesrv, brokerName } });
    const [a] = [await start('broker-a'), await start('broker-b')];
    const cluster = { namesrv, broker: a.address, brokerName: 'broker-a' };
    const flags = [`-Ddriver.pollMs=${POLL_MS}`];
    const [driver] = await Promise.all([
      javaDriver(ending, release, cluster, { flags }),
      startJava(ending, release, namesrv),
    ]);
    const moves = new Moves(namesrv, driver);
    await until('three brokers', async () => {
      const { body } = await a.client.request(namesrv, 'GET_BROKER_CLUSTER_INFO', {});
      return body.toString().includes('broker-c');
    });
    await moves.create('broker-a');
    driver.send('push', 'c', 'StaticGroup', TOPIC, 'CLUSTERING', '*');
    await driver.event('c', 'started');
    const sent = await moves.produce();
    for (const targets of [['broker-b'], ['broker-a', 'broker-c']]) {
      await moves.remap(...targets);
      sent.push(...(await moves.produce()));
      assert.deepEqual(await moves.received('c', sent.length), [...sent].sort());
    }
    await driver.stop('c');
    // A group that comes later reads all parts of the queues, wherever they are.
    driver.send('push', 'late', 'LateGroup', TOPIC, 'CLUSTERING', '*');
    assert.deepEqual(await moves.received('late', sent.length), [...sent].sort());
    await driver.stop('late');
  });
});
