// A slave of this broker and a slave of Apache RocketMQ 5.5.0 give the same answers, also about locks
// that they must agree to with their masters.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { golden } from '../../support/golden.js';
import { startNamesrv } from '../../support/namesrv.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { NO_REMARK, type Talked } from './feature-talk.js';
import { RunningBroker } from './running-broker.js';
import { slaveFeature } from './slave-feature.js';

const ending = new Ending();
after(() => ending.run());

/** What differs, and why it is to differ. */
const BETTER: Readonly<Record<string, string>> = {
  'a pop, ordered false': 'RocketMQ hands out what it cannot bring back: no check point is written',
  'free in the slave': 'RocketMQ answers before the other brokers have unlocked',
};

/** Of a broker that takes no messages; RocketMQ shows how full its disks are. */
const WHY = /\[(CL:|this broker)[^\]]*\]/;

const same = (talked: readonly Talked[]): Talked[] =>
  talked
    .filter(([what]) => !(what in BETTER))
    .map(([what, ...facts]) => [
      what,
      ...facts.filter(isSaid).map((fact) => fact.replace(WHY, '')),
    ]);

const isSaid = (fact: string): boolean => fact !== '' && fact !== NO_REMARK;

describe('a slave', { concurrency: true }, () => {
  for (const enableSlaveActingMaster of [false, true]) {
    const kind = enableSlaveActingMaster ? 'acting-slave' : 'slave';
    test(`answers of the ${kind} are those of RocketMQ`, async () => {
      const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
      const start = (brokerId: number): Promise<RunningBroker> => {
        const ids = { brokerId, namesrvAddr: namesrv, brokerClusterName: 'DefaultCluster' };
        const broker = { ...ids, brokerIP2: '127.0.0.1', enableSlaveActingMaster };
        const brokerRole = brokerId === 0 ? ('ASYNC_MASTER' as const) : ('SLAVE' as const);
        const store = { brokerRole, totalReplicas: 2 };
        return RunningBroker.start(ending, { broker: { ...broker, slaveReadEnable: true }, store });
      };
      const master = await start(0);
      const slave = await start(1);
      const group = { namesrv, master: master.address, slave: slave.address };
      const talked = await slaveFeature(group, enableSlaveActingMaster, () => slave.broker.stop());
      assert.deepEqual(same(talked), same(golden<Talked[]>(`broker/${kind}.json`)));
    });
  }
});
