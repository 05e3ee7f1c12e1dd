// What a pull is answered for each way in which a store may answer (PullMessageProcessor), also for
// those that need a damaged store.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../src/base/log.js';
import { responseName } from '../../../src/protocol/responses.js';
import type { Reply } from '../../../src/remoting/handler.js';
import { type PullDeps, pullHandlers } from '../../../src/server/broker/handlers/pull.js';
import type { GetStatus } from '../../../src/store/message-store.js';
import { FakeClock } from '../../support/fake-clock.js';

const RETRY = 'PULL_RETRY_IMMEDIATELY';
const MOVED = 'PULL_OFFSET_MOVED';
const NOT_FOUND = 'PULL_NOT_FOUND';

/** By status: the answer at offset 0, at another, and at another in a slave. */
const ANSWERS: Readonly<Record<GetStatus, readonly [string, string, string]>> = {
  FOUND: ['SUCCESS', 'SUCCESS', 'SUCCESS'],
  NO_MATCHED_MESSAGE: [RETRY, RETRY, RETRY],
  MESSAGE_WAS_REMOVING: [RETRY, RETRY, RETRY],
  NO_MATCHED_LOGIC_QUEUE: [NOT_FOUND, MOVED, RETRY],
  NO_MESSAGE_IN_QUEUE: [NOT_FOUND, MOVED, RETRY],
  OFFSET_FOUND_NULL: [NOT_FOUND, NOT_FOUND, NOT_FOUND],
  OFFSET_OVERFLOW_ONE: [NOT_FOUND, NOT_FOUND, NOT_FOUND],
  OFFSET_OVERFLOW_BADLY: [MOVED, MOVED, RETRY],
  OFFSET_TOO_SMALL: [MOVED, MOVED, RETRY],
  OFFSET_RESET: [MOVED, MOVED, RETRY],
};

interface Asked {
  status: GetStatus;
  queueOffset: number;
  sysFlag?: number;
  brokerRole?: string;
  offsetCheckInSlave?: boolean;
}

/** The answer to a pull, and how many were held. */
function ask({ queueOffset, status, sysFlag = 4, ...storeConfig }: Asked) {
  const topic = { topicName: 'T', perm: 6, readQueueNums: 1, topicSysFlag: 0 };
  const group = { consumeEnable: true, brokerId: 0, groupSysFlag: 0, attributes: {} };
  const nothing = (): void => undefined;
  const at = { nextBeginOffset: 7, minOffset: 3, maxOffset: 9 };
  const records = status === 'FOUND' ? [Buffer.alloc(100)] : [];
  const found = { status, ...at, records, bytes: 100, suggestPullingFromSlave: false };
  let held = 0;
  const deps = {
    config: { brokerPermission: 6, slaveReadEnable: true, longPollingEnable: true },
    storeConfig: { brokerRole: 'ASYNC_MASTER', ...storeConfig },
    topics: { get: () => topic },
    groups: { find: () => group },
    consumers: { group: nothing },
    consumerFilters: {},
    store: { get: () => found, maxOffset: () => 0, minOffset: () => 3 },
    offsets: { takeReset: nothing, commitPulled: nothing, commit: nothing },
    longPolling: { hold: () => ++held > 0 },
    stats: { groupGet: nothing },
    clock: new FakeClock(),
    log: silentLogger,
  };
  const handlers = pullHandlers(deps as unknown as PullDeps);
  const header = {
    ...{ consumerGroup: 'g', topic: 'T', queueId: 0, queueOffset, maxMsgNums: 1, sysFlag },
    ...{ commitOffset: 0, suspendTimeoutMillis: 1000, subscription: '*', subVersion: 0 },
  };
  const call = { frame: { code: 11, ext: {} }, connection: { remote: 'client' } };
  const reply = handlers.PULL_MESSAGE!(header, call as never) as Reply<'PULL_MESSAGE'> | undefined;
  return { reply, held };
}

for (const [status, [first, other, slave]] of Object.entries(ANSWERS) as [
  GetStatus,
  (typeof ANSWERS)[GetStatus],
][]) {
  test(`a pull that ends with ${status} is answered as by RocketMQ`, () => {
    for (const [queueOffset, brokerRole, code] of [
      [0, 'ASYNC_MASTER', first],
      [5, 'ASYNC_MASTER', other],
      [5, 'SLAVE', slave],
    ] as const) {
      const { reply } = ask({ status, queueOffset, brokerRole });
      assert.equal(responseName(reply!.code!), code, `${queueOffset} in ${brokerRole}`);
      assert.equal(reply!.remark, status);
      const { maxOffset, minOffset, nextBeginOffset } = reply!.header!;
      assert.deepEqual([nextBeginOffset, minOffset, maxOffset], [7, 3, 9]);
      assert.equal(reply!.body !== undefined, status === 'FOUND');
    }
    const checks = { status, queueOffset: 5, brokerRole: 'SLAVE', offsetCheckInSlave: true };
    assert.equal(responseName(ask(checks).reply!.code!), other);
    const { held, reply } = ask({ status, queueOffset: 5, sysFlag: 6 });
    assert.equal(held, other === NOT_FOUND ? 1 : 0, 'only a pull that found nothing waits');
    assert.equal(reply === undefined, held === 1);
  });
}
