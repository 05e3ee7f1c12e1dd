// What need not be placed again after the timer's files were lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodedRecord } from '../../../../../src/protocol/message.js';
import { formatProperties } from '../../../../../src/protocol/properties.js';
import { PlacedBefore } from '../../../../../src/server/broker/waiting/timer/placed-before.js';
import type { GetRequest } from '../../../../../src/store/message-store.js';

const READ_TIME_MS = 1_800_000_000_000;
const HOST = { address: Buffer.of(127, 0, 0, 1), port: 1 };
const NOTHING = { flag: 0, sysFlag: 0, reconsumeTimes: 0, preparedTransactionOffset: 0 };
const TIMES = { bornTimestamp: 0, storeTimestamp: 0, bornHost: HOST, storeHost: HOST };

const textOf = (key: string, more: Record<string, string> = {}): string =>
  formatProperties({ REAL_TOPIC: 'T', UNIQ_KEY: key, ...more });

function record(properties: string, queueOffset: number): Buffer {
  const place = { topic: 'rmq_sys_wheel_timer', queueId: 0, queueOffset, physicalOffset: 0 };
  return encodedRecord({ ...NOTHING, ...TIMES, ...place, body: Buffer.alloc(0), properties });
}

test('what was due, and what came back as another message, is over', async () => {
  const queue = [
    textOf('once'),
    textOf('rolled'),
    textOf('rolled', { TIMER_ROLL_TIMES: '1' }),
    textOf('rolled', { TIMER_ROLL_TIMES: '2' }),
    textOf('behind', { TIMER_ROLL_TIMES: '1' }),
  ];
  const get = ({ offset }: GetRequest) => ({
    ...{ status: 'FOUND' as const, minOffset: 1, maxOffset: 5, bytes: 1 },
    ...{ nextBeginOffset: offset + 1, suggestPullingFromSlave: false },
    records: [record(queue[offset]!, offset)],
  });
  const before = new PlacedBefore({ get, minOffset: () => 0 }, 4, READ_TIME_MS);
  await before.load();
  const over = queue.map((properties) => before.isOver(properties, READ_TIME_MS));
  assert.deepEqual(over, [false, true, true, false, false]);
  // one that was placed late is looked up where it would be delivered
  assert.equal(before.isOver(queue[0]!, READ_TIME_MS - 1000), false);
  assert.equal(before.isOver(queue[0]!, READ_TIME_MS - 100_000), true);
});
