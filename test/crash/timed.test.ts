// kill -9 among timed messages: while they are placed into the wheel, and in the middle of a slot
// that holds thousands. Each must come, and come once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterProcesses } from '../support/cluster.js';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { Reader } from './reader.js';

const TOPIC = 'TimedCrash';
const QUEUES = 4;
const BATCH = 3000;
const IN_FLIGHT = 64;

test('kill -9 in a large batch of timed messages: each comes exactly once', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const cluster = await ClusterProcesses.start(ending, ourLaunch());
  const wire = new Wire(ending, cluster);
  await wire.createTopic(TOPIC, QUEUES);
  const delivered = async (): Promise<number> => {
    const offsets = await wire.maxOffsets(TOPIC, QUEUES).catch(() => []);
    return offsets.reduce((sum, offset) => sum + offset, 0);
  };
  const restart = async (): Promise<void> => {
    await cluster.kill('broker');
    await cluster.startRole('broker');
  };

  await sendTimed(wire, 0, BATCH);
  await restart(); // little of the wheel is in its file yet
  await sendTimed(wire, BATCH, 2 * BATCH);
  const some = async (): Promise<boolean> => (await delivered()) > BATCH / 2;
  await until('the middle of the batch', some);
  await restart();
  const all = async (): Promise<boolean> => (await delivered()) >= 2 * BATCH;
  await until('the whole batch', all);
  await sendTimed(wire, 2 * BATCH, 2 * BATCH + 1); // what would come twice comes before it
  const bodies = await until('the last', () => bodiesWith(cluster.broker, 2 * BATCH));

  const expected = Array.from({ length: 2 * BATCH + 1 }, (_, i) => i);
  assert.deepEqual(bodies, expected);
});

/** Messages of the numbers `from` to `to`, due about two seconds later. */
async function sendTimed(wire: Wire, from: number, to: number): Promise<void> {
  let next = from;
  const one = async (): Promise<void> => {
    for (let i = next++; i < to; i = next++) {
      const properties = { UNIQ_KEY: `KEY${i}`, TIMER_DELAY_MS: String(2000 + (i % 500)) };
      await wire.send(TOPIC, i % QUEUES, String(i), properties);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
}

/** All numbers that have come, in order, once `last` is among them. */
async function bodiesWith(broker: string, last: number): Promise<number[] | false> {
  const reader = new Reader(broker);
  try {
    const queues = Array.from({ length: QUEUES }, (_, id) => reader.read(TOPIC, id, 0));
    const numbers = (await Promise.all(queues)).flat().map(({ body }) => Number(String(body)));
    return numbers.includes(last) && numbers.sort((a, b) => a - b);
  } finally {
    reader.close();
  }
}
