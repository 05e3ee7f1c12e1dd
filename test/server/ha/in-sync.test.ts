// Which copies a message wants, and when its sender is told (CommitLog.asyncPutMessage,
// GroupTransferService).

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { copiesOfSlaves, type CopiesOptions } from '../../../src/server/ha/in-sync.js';
import type { PutResult } from '../../../src/store/message-store.js';
import { ReplicaWaiters } from '../../../src/store/policy/replica-waiters.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { RunningBroker } from '../broker/running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const CONFIG = {
  duplicationEnable: false,
  inSyncReplicas: 3,
  minInSyncReplicas: 1,
  enableAutoInSyncReplicas: false,
  allAckInSyncStateSet: false,
};
const ACTING = { enableSlaveActingMaster: true, enableControllerMode: false };
const PLAIN = { enableSlaveActingMaster: false, enableControllerMode: false };

function copies(changes: Partial<CopiesOptions>) {
  return copiesOfSlaves({
    config: CONFIG,
    groupConfig: ACTING,
    slaves: () => [],
    inSyncSlaves: () => 0,
    aliveReplicas: () => 3,
    ...changes,
  });
}

test('without acting masters inSyncReplicas counts, whoever is there', () => {
  assert.equal(copies({ groupConfig: PLAIN }).wanted(0), 3);
  const config = { ...CONFIG, minInSyncReplicas: 2 };
  assert.equal(copies({ groupConfig: PLAIN, config }).wanted(0), 3);
  const duplicated = { ...CONFIG, duplicationEnable: true };
  assert.equal(copies({ groupConfig: PLAIN, config: duplicated }).wanted(0), 1);
});

test('with acting masters too few slaves in sync refuse the message', () => {
  assert.equal(copies({ inSyncSlaves: () => 2 }).wanted(0), 3);
  assert.equal(copies({ inSyncSlaves: () => 1 }).wanted(0), undefined);
  assert.equal(copies({ inSyncSlaves: () => 2, aliveReplicas: () => 2 }).wanted(0), undefined);
});

test('enableAutoInSyncReplicas wants what is in sync, never less than minInSyncReplicas', () => {
  const config = { ...CONFIG, enableAutoInSyncReplicas: true, minInSyncReplicas: 2 };
  assert.equal(copies({ config, inSyncSlaves: () => 5, aliveReplicas: () => 6 }).wanted(0), 3);
  assert.equal(copies({ config, inSyncSlaves: () => 1 }).wanted(0), 2);
  assert.equal(copies({ config, inSyncSlaves: () => 0 }).wanted(0), undefined);
});

test('slaves are in sync by their distance from the end of the log', () => {
  const asked: number[] = [];
  const inSyncSlaves = (end: number) => asked.push(end);
  assert.equal(copies({ inSyncSlaves }).wanted(4711), undefined);
  assert.deepEqual(asked, [4711]);
});

test('so many copies reach as far as the slowest of the fastest', () => {
  const slaves = () => [{ ackOffset: 10 }, { ackOffset: 30 }, { ackOffset: -1 }];
  const { copiedTo } = copies({ slaves });
  assert.deepEqual([1, 2, 3, 4, 5].map(copiedTo), [Infinity, 30, 10, 0, 0]);
});

const put = (): PutResult => ({
  status: 'PUT_OK',
  queueOffset: 0,
  physicalOffsets: [0],
  bytes: 1,
  storeTimestamp: 0,
});

test('senders are told in order, and FLUSH_SLAVE_TIMEOUT after slaveTimeout', () => {
  const clock = new FakeClock();
  const config = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, slaveTimeout: 300 };
  const waiters = new ReplicaWaiters(config, clock);
  let reached = 0;
  waiters.copyWith({ wanted: () => 2, copiedTo: () => reached, readableTo: () => Infinity });
  assert.equal(waiters.wanted('', 0), 2);
  assert.equal(waiters.wanted('WAIT\u0001false\u0002', 0), 1);
  const told: string[] = [];
  const results = [100, 200, 300].map((end) => {
    const result = put();
    waiters.hold(2, end, result, () => told.push(`${end} ${result.status}`));
    return result;
  });
  reached = 200;
  waiters.copied();
  assert.deepEqual(told, ['100 PUT_OK', '200 PUT_OK']);
  clock.advance(400);
  assert.deepEqual(told[2], '300 FLUSH_SLAVE_TIMEOUT');
  assert.match(results[2].reason!, /300 ms/);
  config.brokerRole = 'ASYNC_MASTER';
  assert.equal(waiters.wanted('', 0), 1);
});

test('a member of the SyncStateSet that leaves lets those go who waited for it only', () => {
  const clock = new FakeClock();
  const config = { brokerRole: 'SYNC_MASTER', inSyncReplicas: 1, slaveTimeout: 3000 };
  const waiters = new ReplicaWaiters(config, clock);
  let reached = 0;
  waiters.copyWith({ wanted: () => 'all', copiedTo: () => reached, readableTo: () => Infinity });
  const result = put();
  let told = false;
  waiters.hold('all', 50, result, () => (told = true));
  reached = Infinity;
  clock.advance(100);
  assert.ok(told);
  assert.equal(result.status, 'PUT_OK');
});

test('a master with an acting slave refuses messages without enough replicas', async () => {
  const master = await RunningBroker.start(ending, {
    broker: { enableSlaveActingMaster: true, skipPreOnline: true },
    store: { brokerRole: 'SYNC_MASTER', inSyncReplicas: 2, totalReplicas: 2 },
  });
  await master.createTopic('Alone', 1);
  const refused = await master.send('Alone', 'nobody has it');
  assert.equal(refused.code, ResponseCode.SYSTEM_ERROR);
  assert.equal(refused.remark, 'in-sync replicas not enough');
  assert.equal((await master.send('Alone', 'does not wait', { WAIT: 'false' })).code, 0);
  assert.deepEqual(await master.bodies('Alone', 0), ['does not wait']);
});
