// Which of the POP requests that wait is woken, and how many may wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../src/remoting/connection.js';
import type { MessagingConfig } from '../../../src/server/broker/parts.js';
import { type HeldPop, PopPolling } from '../../../src/server/broker/pop/pop-polling.js';
import { FakeClock } from '../../support/fake-clock.js';

const LIMITS = {
  maxPopPollingSize: 100,
  popPollingSize: 1,
  popPollingMapSize: 3,
  popLongPollingForceNotifyInterval: 10,
};

function polling(): {
  polling: PopPolling;
  woken: string[];
  hold: (of: Partial<HeldPop>) => string;
} {
  const woken: string[] = [];
  const polling = new PopPolling(LIMITS as MessagingConfig, new FakeClock());
  const hold = (of: Partial<HeldPop>): string => {
    const pop = { topic: 'T', group: 'g', queueId: -1, deadline: Infinity, ...of };
    return polling.hold({
      ...pop,
      connection: { closed: false } as Connection,
      serve: (last) => woken.push(`${pop.group} ${pop.queueId}${last ? ' last' : ''}`),
    });
  };
  return { polling, woken, hold };
}

const arrival = (queueId: number, queueOffset = 1, topic = 'T') => ({
  ...{ topic, queueId, queueOffset, tagsCode: 7n },
  ...{ storeTimestamp: 0, physicalOffset: 0, size: 1 },
});

test('a message wakes one who takes any queue and one who named this one, of each group', () => {
  const { hold, polling: held, woken } = polling();
  for (const queueId of [-1, -1, 0]) assert.equal(hold({ queueId }), 'HELD');
  assert.equal(hold({ queueId: 1 }), 'HELD');
  held.arrived(arrival(1));
  assert.deepEqual(woken, ['g -1', 'g 1']);
  assert.equal(held.size, 2);
  held.arrived(arrival(2));
  assert.deepEqual(woken.slice(2), ['g -1']);
  assert.deepEqual([held.waiting('T', 'g', -1), held.waiting('T', 'g', 0)], [0, 1]);
});

test('a retry wakes anybody of its group', () => {
  const { hold, polling: held, woken } = polling();
  hold({ queueId: 1 });
  hold({ group: 'h' });
  held.arrived(arrival(0, 1, '%RETRY%g_T'));
  held.arrived(arrival(0, 1, '%RETRY%h+T'));
  assert.deepEqual(woken, ['g 1', 'h -1']);
});

test('tags that are not asked for wake nobody, but now and then', () => {
  const { hold, polling: held, woken } = polling();
  hold({ matchTags: (code) => code === 8n });
  held.arrived(arrival(0, 9));
  assert.deepEqual(woken, []);
  held.arrived(arrival(0, 10));
  assert.deepEqual(woken, ['g -1']);
});

test('lists and requests have their bounds', () => {
  const { hold, polling: held } = polling();
  assert.deepEqual(['HELD', 'HELD', 'FULL'], [hold({}), hold({}), hold({})]);
  assert.deepEqual(['HELD', 'HELD'], [hold({ queueId: 0 }), hold({ group: 'h' })]);
  assert.equal(hold({ topic: 'U' }), 'FULL');
  assert.equal(hold({ deadline: 0 }), 'TIMEOUT');
  assert.equal(held.size, 4);
});
