// What is handed out of a lite topic comes again when its time is up, however short that was.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../../src/base/log.js';
import { LiteOrder } from '../../../../src/server/broker/lite/lite-order.js';
import { OrderInfo } from '../../../../src/server/broker/pop/order-info.js';
import { FakeClock } from '../../../support/fake-clock.js';

function start() {
  const clock = new FakeClock();
  const freed: string[] = [];
  const orderInfo = new OrderInfo({
    ...{ clock, log: silentLogger, files: {} as never, storePathRootDir: '' },
    ...{ flushConsumerOffsetInterval: 5000, topics: {} as never, groups: {} as never },
  });
  const order = new LiteOrder({
    config: { enableNotifyAfterPopOrderLockRelease: true },
    ...{ orderInfo, clock, freed: (queue: string, group: string) => freed.push(queue + group) },
  });
  const popTime = clock.now();
  const out = { attemptId: undefined, popTime, invisibleTime: 1000, queueOffsets: [0, 1] };
  assert.equal(order.update('q', 'G', out), '0;0');
  return { clock, freed, order, out, popTime };
}

test('there is news when the time is up, and none before', () => {
  const { clock, freed, order } = start();
  clock.advance(900);
  assert.deepEqual([order.blocked('q', 'G'), freed], [true, []]);
  clock.advance(200);
  assert.deepEqual([order.blocked('q', 'G'), freed], [false, ['qG']]);
});

test('a time that is over when it is set makes news too', () => {
  for (const suspended of [true, false]) {
    const { clock, freed, order, out, popTime } = start();
    if (suspended) order.suspend('q', 'G', popTime, clock.now());
    else for (const i of [0, 1]) order.setVisibleAt('q', 'G', i, popTime, clock.now());
    clock.advance(10);
    assert.deepEqual(freed, ['qG']);
    const again = order.update('q', 'G', { ...out, popTime: clock.now() });
    assert.equal(again, '0 qo0%0 1;0 qo0%1 1');
  }
});

test('who acknowledges all leaves nothing to wait for', () => {
  const { clock, freed, order, popTime } = start();
  assert.deepEqual(
    [0, 1, 5].map((i) => order.ack('q', 'G', i, popTime)),
    [1, 2, -1],
  );
  clock.advance(2000);
  assert.deepEqual(freed, []);
  order.stop();
});
