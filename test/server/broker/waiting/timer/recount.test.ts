// The counts of waiting messages are put right once a day.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../../../src/base/log.js';
import { encodedRecord } from '../../../../../src/protocol/message.js';
import { formatProperties, hashCode } from '../../../../../src/protocol/properties.js';
import { Recount } from '../../../../../src/server/broker/waiting/timer/recount.js';
import { TimerLog } from '../../../../../src/store/timer/timer-log.js';
import { Magic } from '../../../../../src/store/timer/timer-unit.js';
import { realFiles } from '../../../../../src/base/files.js';
import { FakeClock } from '../../../../support/fake-clock.js';
import { endingWith, tempFolder } from '../../../../support/temp.js';
import { until } from '../../../../support/until.js';

const DAY_MS = 24 * 60 * 60_000;
/** Two texts with one hash in Java. */
const [AA, BB] = ['AaTopic', 'BBTopic'];
const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0')).join(';');

const config = (changes: object = {}) => ({
  timerEnableCheckMetrics: true,
  timerCheckMetricsWhen: hours,
  timerMetricSmallThreshold: 100,
  timerStopEnqueue: false,
  ...changes,
});

/** A log of small files with units, and counts that are wrong. */
function counted(root: string, clock: FakeClock) {
  const log = new TimerLog(realFiles, root, 52 * 3 + 20);
  const now = clock.now();
  const put = (topic: string, dueTime: number, physicalOffset: number, magic: number = 1): void => {
    const unit = { previous: -1, magic, writeTime: now, dueTime, physicalOffset, size: 10 };
    log.append({ ...unit, topicHash: hashCode(topic) });
  };
  for (let i = 0; i < 5; i++) put('Plain', now + 2 * DAY_MS, i);
  put('Plain', now - 1000, 6);
  put('Plain', now + 2 * DAY_MS, 7, Magic.DEFAULT | Magic.DELETE);
  for (const [i, topic] of [AA, BB, AA].entries()) put(topic, now + 2 * DAY_MS, 100 + i);
  put('Many', now + 2 * DAY_MS, 9);
  const counts = new Map([['Plain', 50], [AA, -3], [BB, 1], ['Many', 100], ['Gone', 7]]); // prettier-ignore
  const metrics = {
    entries: () => new Map(counts),
    add: (topic: string, value: number) => void counts.set(topic, counts.get(topic)! + value),
  };
  return { counts, log, metrics };
}

/** The records that the units with one hash stand for. */
function recordAt(physicalOffset: number): Promise<Buffer> {
  const REAL_TOPIC = physicalOffset === 101 ? BB : AA;
  const fields = { topic: 'rmq_sys_wheel_timer', queueId: 0, flag: 0, sysFlag: 0 };
  const host = { address: Buffer.from([127, 0, 0, 1]), port: 1 };
  const record = {
    ...{ ...fields, queueOffset: 0, physicalOffset, bornTimestamp: 0, bornHost: host },
    ...{ storeTimestamp: 0, storeHost: host, reconsumeTimes: 0, preparedTransactionOffset: 0 },
    ...{ body: Buffer.from('x'), properties: formatProperties({ REAL_TOPIC }) },
  };
  return Promise.resolve(encodedRecord(record));
}

test('counts are those of the timer log, but for those of topics with many', async (t) => {
  const clock = new FakeClock();
  const { counts, log, metrics } = counted(tempFolder(endingWith((work) => t.after(work))), clock);
  let busy = 3;
  const recount = new Recount({
    ...{ storeConfig: config(), store: { recordAt }, clock, log: silentLogger, metrics },
    kept: { units: () => log.units(), slot: () => (busy-- > 0 ? {} : undefined) },
    readTimeMs: () => clock.now(),
    leading: () => true,
  });
  const timer = recount.start();
  clock.advance(60 * 60_000);
  assert.equal(counts.get('Plain'), 50, 'not in the first seventy minutes');
  clock.advance(60 * 60_000);
  await until('the recount', () => counts.get('Gone') === 0);
  assert.deepEqual([...counts], [['Plain', 4], [AA, 2], [BB, 1], ['Many', 100], ['Gone', 0]]); // prettier-ignore
  timer.stop();
  log.close();
});

test('nothing is counted at another hour, in a slave, when it is switched off', () => {
  const clock = new FakeClock();
  const never = (): never => assert.fail('it was counted');
  const parts = { store: { recordAt }, clock, log: silentLogger, readTimeMs: never };
  const metrics = { entries: never, add: never };
  const kept = { units: never, slot: never };
  const hour = new Date(clock.now()).getHours();
  const other = String((hour + 12) % 24);
  for (const [changes, leads] of [
    [{ timerCheckMetricsWhen: other }, true],
    [{ timerEnableCheckMetrics: false }, true],
    [{ timerStopEnqueue: true }, true],
    [{}, false],
  ] as const) {
    const leading = (): boolean => leads;
    new Recount({ ...parts, metrics, kept, leading, storeConfig: config(changes) }).start();
  }
  clock.advance(3 * 60 * 60_000);
});
