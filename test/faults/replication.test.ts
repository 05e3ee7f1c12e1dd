// What a bad network between a master and its slave does: senders get the right answer, nothing
// grows without bound, and afterwards the slave has everything.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { decodeHaRuntimeInfo, type HaRuntimeInfo } from '../../src/protocol/bodies/broker.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { RunningBroker, type RunningBrokerOptions } from '../server/broker/running-broker.js';
import { startNamesrv } from '../support/namesrv.js';
import { seeded } from '../support/random.js';
import { RecordingLog } from '../support/recording-log.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const TOPIC = 'Faults';
const HOUSEKEEPING_MS = 800;
const STORE = {
  mappedFileSizeCommitLog: 1024 * 1024,
  haSendHeartbeatInterval: 100,
  haHousekeepingInterval: HOUSEKEEPING_MS,
};
const SYNC = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 1000 } as const;

/** A master and a slave that reaches it through a proxy. */
class ProxiedPair {
  private sent = 0;

  private constructor(
    readonly master: RunningBroker,
    readonly slave: RunningBroker,
    readonly proxy: TcpProxy,
    readonly masterLog: RecordingLog,
    readonly slaveLog: RecordingLog,
  ) {}

  static async start(
    t: TestContext,
    store: RunningBrokerOptions['store'] = SYNC,
  ): Promise<ProxiedPair> {
    const ending = endingWith((work) => t.after(work));
    const namesrvAddr = (await startNamesrv(ending, tempFolder(ending))).address;
    const [masterLog, slaveLog] = [new RecordingLog(), new RecordingLog()];
    const place = { namesrvAddr, brokerIP2: '127.0.0.1', slaveReadEnable: true };
    const master = await RunningBroker.start(ending, {
      broker: place,
      store: { ...STORE, ...store },
      log: masterLog,
    });
    const proxy = await TcpProxy.start(ending, await haAddress(master));
    const slave = await RunningBroker.start(ending, {
      broker: { ...place, brokerId: 1 },
      store: { ...STORE, ...store, brokerRole: 'SLAVE', haMasterAddress: proxy.address },
      log: slaveLog,
    });
    const pair = new ProxiedPair(master, slave, proxy, masterLog, slaveLog);
    await master.createTopic(TOPIC, 1);
    await pair.connected();
    await pair.acknowledged();
    return pair;
  }

  /** The answer's code. */
  async send(bytes = 1000): Promise<number> {
    const body = `${this.sent++} `.padEnd(bytes, 'f');
    return (await this.master.send(TOPIC, body)).code;
  }

  async status(): Promise<HaRuntimeInfo> {
    const { client, address } = this.master;
    const { body } = await client.request(address, 'GET_BROKER_HA_STATUS', {});
    return decodeHaRuntimeInfo(body);
  }

  async slaves(): Promise<number> {
    return (await this.status()).haConnectionInfo.length;
  }

  async connected(): Promise<void> {
    await until('slave', async () => (await this.slaves()) === 1);
  }

  async acknowledged(): Promise<void> {
    await until('answer', async () => (await this.send()) === ResponseCode.SUCCESS);
  }

  /** The slave has all that was sent, in order, and answers do not wait in vain. */
  async recovered(): Promise<void> {
    await this.acknowledged();
    const bodies: string[] = [];
    await until('all messages in the slave', async () => {
      const { messages } = await this.slave.pull('readers', TOPIC, 0, bodies.length, {
        suspendTimeoutMillis: 0,
      });
      bodies.push(...messages.map(({ body }) => body.toString()));
      return bodies.length === this.sent;
    });
    bodies.forEach((body, i) => assert.ok(body.startsWith(`${i} `), `message ${i} of the slave`));
  }
}

async function haAddress(master: RunningBroker): Promise<string> {
  const { body } = await master.client.request(master.address, 'GET_BROKER_CONFIG', {});
  return `127.0.0.1:${/^haListenPort=(\d+)$/m.exec(body.toString())![1]}`;
}

describe('a bad network between master and slave', { concurrency: true }, () => {
  it('a partition: senders hear that no copy was made, both sides notice, all is made good', async (t) => {
    const pair = await ProxiedPair.start(t);
    pair.proxy.partition();
    assert.equal(await pair.send(), ResponseCode.FLUSH_SLAVE_TIMEOUT);
    await until('master that gives the slave up', async () => (await pair.slaves()) === 0);
    await until('slave that gives the master up', () =>
      pair.slaveLog.alarms.some((line) => line.includes(`nothing came in ${HOUSEKEEPING_MS} ms`)),
    );
    assert.equal(await pair.send(), ResponseCode.FLUSH_SLAVE_TIMEOUT);
    pair.proxy.heal();
    await pair.recovered();
  });

  it('a slave that takes nothing costs its master bounded memory', async (t) => {
    const pair = await ProxiedPair.start(t, {
      haHousekeepingInterval: 60_000,
      brokerRole: 'ASYNC_MASTER',
    });
    pair.proxy.set('flow', 'stall');
    for (let i = 0; i < 400; i++) await pair.send(100_000);
    const [slave] = (await pair.status()).haConnectionInfo;
    const handedOver = slave!.transferFromWhere - slave!.slaveAckOffset;
    // What the sockets of the system hold, and one burst; not the 40 MB that wait.
    assert.ok(handedOver < 20_000_000, `${handedOver} bytes are under way`);
    assert.ok(slave!.diff > 35_000_000, `${slave!.diff} bytes are missing`);
    pair.proxy.heal();
    await pair.recovered();
  });

  it('a slave whose reports do not arrive is given up', async (t) => {
    const pair = await ProxiedPair.start(t);
    pair.proxy.set('drop', 'flow');
    assert.equal(await pair.send(), ResponseCode.FLUSH_SLAVE_TIMEOUT);
    await until('master that gives the slave up', () =>
      pair.masterLog.lines.some(({ text }) => text.includes('nothing came from it')),
    );
    pair.proxy.heal();
    await pair.recovered();
  });

  for (const gone of ['client', 'target'] as const) {
    const who = gone === 'client' ? 'slave' : 'master';
    it(`a half-open connection: the ${who} is gone and nobody said so`, async (t) => {
      const pair = await ProxiedPair.start(t);
      await pair.send();
      const { accepted } = pair.proxy;
      pair.proxy.halfOpen(gone);
      // Whoever still believes in the connection notices; a slave connects again.
      await until('new connection', () => pair.proxy.accepted > accepted);
      await pair.recovered();
      await until('one slave again', async () => (await pair.slaves()) === 1);
    });
  }

  it('a slow line in small pieces, cut again and again: the log arrives whole', async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const random = seeded(seed);
    const pair = await ProxiedPair.start(t, { ...SYNC, slaveTimeout: 2000 });
    pair.proxy.delayMs = 2;
    pair.proxy.pieceBytes = 700;
    let ended = false;
    const cutting = (async () => {
      while (!ended) {
        await until('passing bytes', () => ended || pair.proxy.passed.down > random(200_000));
        pair.proxy.passed.down = 0;
        pair.proxy.cut();
      }
    })();
    const codes = await Promise.all(Array.from({ length: 300 }, () => pair.send(random(4000))));
    ended = true;
    await cutting;
    for (const code of codes) {
      assert.ok(
        [ResponseCode.SUCCESS, ResponseCode.FLUSH_SLAVE_TIMEOUT].includes(code as 0),
        `${code}`,
      );
    }
    assert.ok(pair.proxy.accepted > 1, 'nothing was cut');
    await pair.recovered();
  });

  it('a port that refuses: the slave tries again and says why', async (t) => {
    const pair = await ProxiedPair.start(t);
    await pair.send();
    pair.proxy.refusing = true;
    pair.proxy.cut();
    assert.equal(await pair.send(), ResponseCode.FLUSH_SLAVE_TIMEOUT);
    await until('reason', () => pair.slaveLog.alarms.some((line) => /the master's log/.test(line)));
    pair.proxy.heal();
    await pair.recovered();
  });
});
