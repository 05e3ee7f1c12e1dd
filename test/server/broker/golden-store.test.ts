// Stores that Apache RocketMQ wrote: what waits in them is delivered here at its time.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { parseProperties } from '../../../src/protocol/properties.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
after(() => ending.run());

/** Starts a broker at `now` on a copy of a recorded store, whose files are small. */
async function open(name: string, now: number, sizes: Record<string, number> = {}) {
  const folder = tempFolder(ending);
  mkdirSync(`${folder}/store`, { recursive: true });
  const archive = fileURLToPath(new URL(`../../golden/store/${name}.tar.gz`, import.meta.url));
  execFileSync('tar', ['xzf', archive, '-C', folder]);
  const clock = new FakeClock(now);
  const store = {
    mappedFileSizeCommitLog: 1048576,
    mappedFileSizeConsumeQueue: 120000,
    mappedFileSizeTimerLog: 1048576,
    maxHashSlotNum: 1000,
    maxIndexNum: 4000,
    ...sizes,
  };
  const broker = await RunningBroker.start(ending, { folder, clock, store });
  return { broker, clock };
}

test('timed messages of a recorded store come at their times, the recalled one never', async () => {
  const { broker, clock } = await open('timer-wheel', 1795230225000);
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const queueId of [0, 1]) {
      const { messages } = await broker.pull('g', 'GoldenDelay', queueId, 0);
      found.push(...messages.map(({ properties }) => parseProperties(properties).KEYS));
    }
    return found.sort();
  };
  assert.deepEqual(await keys(), ['timer-3']);
  const due = [
    [1795233816000, 'timer-deliver'],
    [1795237417000, 'timer-7200', 'timer-7201'],
    [1795316617000, 'timer-86400'],
  ] as const;
  const expected = ['timer-3'];
  for (const [time, ...coming] of due) {
    expected.push(...coming);
    expected.sort();
    const got = await until(`delivery of ${coming.join()}`, async () => {
      clock.advance(Math.max(200, time - clock.now()));
      const now = await keys();
      return now.length >= expected.length && now;
    });
    assert.deepEqual(got, expected);
  }
});

test('delay levels and transactions of a recorded store go on where they stood', async () => {
  const { broker, clock } = await open('delay-transaction', 1795229900000);
  const before = await broker.bodies('GoldenDelay', 1);
  assert.equal(before.length, 1);
  const delivered = async () => {
    const { messages } = await broker.pull('g', 'GoldenDelay', 1, before.length);
    return messages.length > 0 && messages;
  };
  const due = 1795229878388 + 60_000;
  clock.advance(due - 1500 - clock.now());
  assert.equal(await delivered(), false);
  const got = await until('delivery of the delayed', async () => {
    clock.advance(Math.max(200, due - clock.now()));
    return delivered();
  });
  assert.equal(parseProperties(got[0].properties).DELAY, '5');
  const aside = await until('undecided halves put aside', async () => {
    clock.advance(60_000);
    const { messages } = await broker.pull('g', 'TRANS_CHECK_MAX_TIME_TOPIC', 0, 0);
    return messages.length >= 2 && messages;
  });
  const keys = aside.map(({ properties }) => parseProperties(properties).KEYS);
  assert.deepEqual(keys.sort(), ['tx-pending-1', 'tx-pending-2']);
});

test('a store of RocketMQ 4.9 keeps its offsets, topics and what waits for its time', async () => {
  const sizes = { mappedFileSizeConsumeQueue: 2000, maxHashSlotNum: 100, maxIndexNum: 400 };
  const due = 1795261832016;
  const { broker, clock } = await open('v4.9', due - 60_000, sizes);
  assert.deepEqual(await broker.bodies('GoldenDelay', 0), ['delivered before the stop']);
  const { header } = await broker.client.request(broker.address, 'QUERY_CONSUMER_OFFSET', {
    consumerGroup: 'GoldenReaders',
    topic: 'GoldenTopic',
    queueId: 0,
  });
  assert.equal(header.offset, 77);
  const bodies = await until('delivery of the delayed', async () => {
    clock.advance(1000);
    const found = await broker.bodies('GoldenDelay', 1);
    return found.length > 0 && found;
  });
  assert(clock.now() >= due);
  assert.deepEqual(bodies, ['waits when the broker stops']);
});
