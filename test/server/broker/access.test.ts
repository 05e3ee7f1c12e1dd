// Accounts and permissions are checked as Apache RocketMQ 5.5.0 does: the same requests are let
// through, and the same ones are refused in the same words.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { signWith } from '../../../src/protocol/sign.js';
import { createClient } from '../../../src/remoting/client.js';
import { isIn } from '../../../src/server/broker/auth/decision.js';
import { golden } from '../../support/golden.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { ACCESS_SETTINGS, type Decided, decisionsOf } from './access-steps.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

const CLUSTER = { brokerClusterName: 'DefaultCluster' };

/** What RocketMQ answers with a stack trace. */
const BETTER = ['pub: GET_BROKER_RUNTIME_INFO'];
const NO_REMARK = 'not set any response code';

test('everybody gets what RocketMQ gives him, and is refused in its words', async () => {
  const auth = { ...ACCESS_SETTINGS, clusterName: 'DefaultCluster' };
  const broker = await RunningBroker.start(ending, { auth, broker: CLUSTER });
  const theirs = golden<Decided[]>('broker/access.json');
  const ours = await decisionsOf(broker.address);
  const comparable = (list: Decided[]): Decided[] =>
    list
      .filter(({ what }) => !BETTER.includes(what))
      .map((each) => ({ ...each, remark: each.remark === NO_REMARK ? '' : each.remark }));
  assert.deepEqual(comparable(ours), comparable(theirs));
});

test('accounts of the configuration are there once, and stay as they were changed', async () => {
  const folder = tempFolder(ending);
  const auth = { ...ACCESS_SETTINGS, clusterName: 'DefaultCluster' };
  const start = () => RunningBroker.start(ending, { auth, broker: CLUSTER, folder });
  const ask = async (broker: RunningBroker, secretKey: string): Promise<number> => {
    const sign = signWith({ accessKey: 'admin', secretKey });
    const client = createClient({ clock: systemClock, log: silentLogger, sign });
    const body = Buffer.from('{"username":"admin","password":"changed"}');
    const header = { username: 'admin' };
    const answer = await client.request(broker.address, 'AUTH_UPDATE_USER', header, {
      ...{ allow: ANY, body },
    });
    client.close();
    return answer.code;
  };
  const first = await start();
  assert.equal(await ask(first, 'admin-secret'), 0);
  assert.equal(await ask(first, 'admin-secret'), 16);
  await first.broker.stop();
  assert.equal(await ask(await start(), 'changed'), 0);
});

test('a range of addresses covers what its bits say', () => {
  assert.ok(isIn('10.1.2.3', '10.0.0.0/8'));
  assert.ok(!isIn('11.1.2.3', '10.0.0.0/8'));
  assert.ok(isIn('192.168.1.77', '192.168.1.64/26'));
  assert.ok(!isIn('192.168.1.128', '192.168.1.64/26'));
  assert.ok(isIn('192.168.1.1', '192.168.1.1'));
  assert.ok(!isIn('192.168.1.2', '192.168.1.1'));
  assert.ok(isIn('2001:db8::1', '2001:db8::/32'));
  assert.ok(!isIn('10.0.0.1', '2001:db8::/32'));
});
