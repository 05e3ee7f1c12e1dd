// A released client goes on consuming from the slave when the master is killed, and from the master
// when it is back: nothing is lost or skipped, and the group's offsets end where the queues end.

import assert from 'node:assert/strict';
import type { Driver, DriverEvent } from '../interop/driver.js';
import type { Launch } from '../support/cluster.js';
import { Member, startAll } from '../support/member.js';
import { startNamesrv } from '../support/namesrv.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const TOPIC = 'SlaveReads';
const GROUP = 'SlaveReaders';
const QUEUES = 2;
const [FIRST, MORE] = [3000, 100];
/** What the consumer must have before its master dies; it cannot hold the rest. */
const EARLY = 100;
/** No message counts as one in memory, so that the master sends readers to its slave. */
const MASTER = {
  ...{ brokerId: 0, brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 60_000 },
  ...{ slaveReadEnable: true, accessMessageInMemoryMaxRatio: 0 },
};
const SLAVE = { brokerId: 1, brokerRole: 'SLAVE', slaveReadEnable: true };

export class SlaveReads {
  private constructor(
    private readonly driver: Driver,
    private readonly master: Member,
    /** Requests to either of the two. */
    private readonly wires: { master: Wire; slave: Wire },
  ) {}

  static async prepare(
    ending: Ending,
    launch: Launch,
    drive: (cluster: { namesrv: string; broker: string; brokerName: string }) => Promise<Driver>,
  ): Promise<SlaveReads> {
    const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
    const brokerName = 'broker-a';
    const [master, slave] = await Promise.all(
      Object.entries({ master: MASTER, slave: SLAVE }).map(([name, place]) => {
        const settings = { brokerName, namesrvAddr: namesrv, ...place };
        return Member.prepare(ending, { role: 'broker', launch, name, settings });
      }),
    );
    for (const member of [master!, slave!]) await startAll([member]);
    const wireTo = ({ address }: Member): Wire =>
      new Wire(ending, { namesrv, broker: address, brokerName });
    const wires = { master: wireTo(master!), slave: wireTo(slave!) };
    await wires.master.createTopic(TOPIC, QUEUES);
    const driver = await drive({ namesrv, broker: master!.address, brokerName });
    return new SlaveReads(driver, master!, wires);
  }

  /**
   * Returns how long consumption stood still when the master was killed, ms. Without
   * `commitsToSlaves` the client keeps offsets to itself until the master is back, as Go's does.
   */
  async run({ commitsToSlaves = true } = {}): Promise<number> {
    await this.produce('p0', FIRST, 'batch');
    await this.consume('c0', 'SLOW');
    await this.driver.until('first messages', () => this.received().size >= EARLY);
    await until('messages that the slave has served', () => this.slaveServes());
    await this.master.kill();
    const held = this.received().size + QUEUES * 32;
    const killed = performance.now();
    const fromSlave = (): boolean => this.received().size > held;
    await this.driver.until('messages of the slave', fromSlave);
    const stoodStill = performance.now() - killed;
    await this.all({ p0: FIRST });
    if (commitsToSlaves) await this.committedAt('slave');

    await this.master.start();
    await this.produce('p1', MORE);
    await this.all({ p0: FIRST, p1: MORE });
    await this.committedAt('master');
    await this.driver.stop('c0');

    const before = this.driver.of('c0', 'message').length;
    await this.consume('c1', 'CLUSTERING');
    await this.produce('p2', MORE);
    await this.all({ p0: FIRST, p1: MORE, p2: MORE });
    await this.driver.stop('c1');
    // A committed offset is no invitation to begin anew.
    const again = this.driver.of('c1', 'message').length - MORE;
    assert.ok(again < MORE, `${again} of ${before} messages came to the next consumer again`);
    return stoodStill;
  }

  private async consume(id: string, model: string): Promise<void> {
    this.driver.send('push', id, GROUP, TOPIC, model, '*');
    await this.driver.event(id, 'started');
  }

  private async produce(id: string, count: number, how = 'stubborn'): Promise<void> {
    this.driver.send('produce', id, TOPIC, count, how);
    const done = (): DriverEvent | undefined => this.driver.of(id, 'done')[0];
    await this.driver.until(`end of ${id}`, done);
  }

  /** Every message of these producers has arrived. */
  private async all(producers: Record<string, number>): Promise<void> {
    const wanted = Object.entries(producers).flatMap(([id, count]) =>
      Array.from({ length: count }, (_, i) => `${id}-${i}`),
    );
    const missing = (): string[] => {
      const received = this.received();
      return wanted.filter((body) => !received.has(body));
    };
    const complete = (): boolean => missing().length === 0;
    await this.driver.until('all messages', complete).catch(() => assert.deepEqual(missing(), []));
  }

  private received(): Set<string> {
    const events = ['c0', 'c1'].flatMap((id) => this.driver.of(id, 'message'));
    return new Set(events.map(({ body }) => body!));
  }

  /** suggestWhichBrokerId is followed: the slave serves while its master lives. */
  private async slaveServes(): Promise<boolean> {
    const { client, cluster } = this.wires.slave;
    const { body } = await client.request(cluster.broker, 'GET_BROKER_RUNTIME_INFO', {});
    return Number(/"msgGetTotalTodayNow":"(\d+)"/.exec(body.toString())![1]) > 0;
  }

  private async committedAt(which: 'master' | 'slave'): Promise<void> {
    const wire = this.wires[which];
    const look = async (): Promise<boolean> => {
      const committed = await wire.committed(GROUP, TOPIC, QUEUES);
      return committed.join() === (await wire.maxOffsets(TOPIC, QUEUES)).join();
    };
    await until(`offsets at the ${which}`, look);
  }
}
