// The timer's files on a disk that fails: what is gathered, what is found again, what is cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueMessages } from '../../../../../src/server/broker/waiting/timer/due-messages.js';
import { TimerLog } from '../../../../../src/store/timer/timer-log.js';
import { TimerWheel } from '../../../../../src/store/timer/timer-wheel.js';
import { failure, MemoryFiles } from '../../../../store/memory-files.js';

const LOG_BYTES = 1024 * 1024;

function unit(number: number, previous: number) {
  const dueTime = 1000 * (1 + (number % 3));
  const place = { physicalOffset: number * 100, size: 100, topicHash: 7 };
  return { previous, magic: 1, writeTime: 0, dueTime, ...place };
}

/** Three chains beside each other, of `count` units in all; their last positions. */
function fill(log: TimerLog, count: number): number[] {
  const last = [-1, -1, -1];
  for (let i = 0; i < count; i++) last[i % 3] = log.append(unit(i, last[i % 3]!));
  return last;
}

const offsetsOf = (units: readonly { physicalOffset: number }[]): number[] =>
  units.map(({ physicalOffset }) => physicalOffset / 100);

const everyThird = (from: number, count: number): number[] =>
  Array.from({ length: Math.ceil((count - from) / 3) }, (_, i) => from + 3 * i);

test('units are written in pieces and chains found again over blocks and files', async () => {
  const files = new MemoryFiles();
  const log = new TimerLog(files, '/store', LOG_BYTES);
  const count = 50_000; // two and a half files
  const last = fill(log, count);
  log.write();
  const pieces = files.writes.length;
  assert(pieces < count / 100, `${pieces} writes`);
  for (const [i, position] of last.entries()) {
    assert.deepEqual(offsetsOf(await log.chain(position)), everyThird(i, count));
  }

  const again = new TimerLog(files.afterKill(), '/store', LOG_BYTES);
  let seen = 0;
  again.recover(0, () => seen++);
  assert.deepEqual([seen, again.end], [count, log.end]);
  assert.equal(again.last()?.physicalOffset, (count - 1) * 100);
});

test('a chain holds what is not written yet', async () => {
  const log = new TimerLog(new MemoryFiles(), '/store', LOG_BYTES);
  const last = fill(log, 7);
  assert.deepEqual(offsetsOf(await log.chain(last[0]!)), [0, 3, 6]);
});

test('a unit of which a crash has left a part is not there', () => {
  const files = new MemoryFiles();
  const log = new TimerLog(files, '/store', LOG_BYTES);
  fill(log, 3);
  log.write();
  // the page ended here: commitlog offset and size of the last are still zeros
  const path = `/store/timerlog/${'0'.repeat(20)}`;
  const fd = files.openSync(path, 'r+');
  files.writeSync(fd, Buffer.alloc(24), 0, 24, 2 * 52 + 28);
  const again = new TimerLog(files, '/store', LOG_BYTES);
  const seen: number[] = [];
  again.recover(0, (_, position) => seen.push(position));
  assert.deepEqual([seen, again.end], [[0, 52], 104]);
  assert.equal(again.append(unit(9, -1)), 104);
});

test('a slot that was read before it was written is in the wheel’s file', () => {
  const files = new MemoryFiles();
  const wheel = new TimerWheel(files, '/store', 1000);
  for (const time of [1000, 2000, 3000]) wheel.add(time, time / 1000, 1);
  wheel.drop(1000);
  wheel.dropBefore(3000);
  wheel.write(wheel.takeChanges());
  assert.deepEqual([...wheel.waiting.keys()], [3]);
  const again = new TimerWheel(files, '/store', 1000);
  assert.ok(again.load(0));
  assert.deepEqual(
    [...again.waiting].map(([tick, { last }]) => [tick, last]),
    [
      [1, 1],
      [2, 2],
      [3, 3],
    ],
  );
});

test('what the disk does not take is written when it does', async () => {
  const files = new MemoryFiles();
  const log = new TimerLog(files, '/store', LOG_BYTES);
  const last = fill(log, 9);
  files.fault = (operation, path) => {
    if (operation === 'write') throw failure('ENOSPC', path);
  };
  assert.throws(() => log.write(), /ENOSPC/);
  files.fault = () => undefined;
  assert.deepEqual(offsetsOf(await log.chain(last[2]!)), [2, 5, 8]);
});

test('slots beside each other are written as one piece, and found again', () => {
  const files = new MemoryFiles();
  const wheel = new TimerWheel(files, '/store', 1000);
  const now = 1_700_000_000_000;
  for (const second of [0, 1, 2, 3, 60]) wheel.add(now + second * 1000, second * 52, 1);
  const changes = wheel.takeChanges();
  assert.deepEqual(
    changes.map(({ ticks }) => ticks.length),
    [4, 1],
  );
  assert.equal(wheel.takeChanges().length, 0);
  wheel.giveBack(changes);
  wheel.write(wheel.takeChanges());

  const again = new TimerWheel(files, '/store', 1000);
  assert(again.load(now + 1000));
  assert.equal(again.get(now), undefined); // it was over
  assert.deepEqual(again.get(now + 3000), { first: 156, last: 156, count: 1 });
  assert.equal(again.total, 4);
  assert.equal(again.next(now + 4000, now + 90_000), now + 60_000);
  assert.equal(again.next(now + 4000, now + 60_000), undefined);
  again.dropBefore(now + 60_000);
  assert.equal(again.total, 1);
});

test('messages of a slot come out when they are due, what is late first', () => {
  const due = new DueMessages(5000, 6000);
  const add = (dueMs: number): void =>
    due.add({ dueMs, unit: unit(0, -1), record: { totalSize: 10 } as never });
  for (const ms of [5400, 9000, 5200, 0, 5400, 5000]) add(ms);
  assert.equal(due.nextMs(), 5000);
  const take = (now: number, max = 10): number[] => due.take(now, max).map(({ dueMs }) => dueMs);
  assert.deepEqual(take(5199), [0, 5000]);
  add(5100); // it came late
  assert.deepEqual(take(5200), [5100, 5200]);
  assert.deepEqual(take(5999, 1), [5400]);
  assert.deepEqual(take(5999), [5400]);
  assert.deepEqual([due.nextMs(), due.count, due.bytes], [6000, 1, 10]);
  assert.deepEqual(take(6000), [9000]);
  assert.deepEqual([due.nextMs(), due.bytes], [undefined, 0]);
});
