// Damaged files of the timer: what waits is in the log, so all of it comes, once, and the log of the
// broker says what was done.

import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { cpSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { realFiles } from '../../../src/base/files.js';
import { TimerCheck } from '../../../src/store/offline/timer-check.js';
import { StoreCheck } from '../../../src/store/offline/check.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { RunningBroker } from './running-broker.js';

const COUNT = 30;
const HOUR_MS = 3_600_000;
/** So that there are several files of the timer log. */
const STORE = { mappedFileSizeTimerLog: 52 * 12 + 16 };
const FILE = STORE.mappedFileSizeTimerLog;

const ending = new Ending();
const made = tempFolder(ending);
after(() => ending.run());

/** One is delivered, the others wait for an hour and more. */
before(async () => {
  const own = new Ending();
  const broker = await RunningBroker.start(own, { folder: made, store: STORE });
  await broker.createTopic('Timed', 1);
  await broker.sent('Timed', 'soon', { TIMER_DELAY_MS: '50', UNIQ_KEY: 'soon' });
  for (let i = 0; i < COUNT; i++) {
    const properties = { TIMER_DELAY_MS: String(HOUR_MS + i * 3000), UNIQ_KEY: `U${i}` };
    await broker.sent('Timed', `late ${i}`, properties);
  }
  await until('the first', async () => (await broker.bodies('Timed', 0)).length === 1);
  await own.run();
});

const nameOf = (start: number): string => `timerlog/${String(start).padStart(20, '0')}`;

function poke(path: string, at: number, bytes: Buffer): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

/** Places of the slots that hold something. */
function usedSlots(wheel: Buffer): number[] {
  const used: number[] = [];
  for (let at = 0; at < wheel.length; at += 32) if (wheel.readInt32BE(at + 4) !== 0) used.push(at);
  return used;
}

function wipeSlots(path: string, from: number): void {
  for (const at of usedSlots(readFileSync(path)).slice(from)) poke(path, at, Buffer.alloc(32));
}

/** The wheel has 38 MB of holes. */
function copyStore(to: string): void {
  const filter = (path: string): boolean => !path.endsWith('timerwheel');
  cpSync(`${made}/store`, to, { recursive: true, filter });
  const wheel = readFileSync(`${made}/store/timerwheel`);
  const fd = openSync(`${to}/timerwheel`, 'w');
  ftruncateSync(fd, wheel.length);
  for (const at of usedSlots(wheel)) writeSync(fd, wheel, at, 32, at);
  closeSync(fd);
}

const DAMAGES: Record<string, (store: string) => void> = {
  'the first file of the log is gone': (store) => rmSync(`${store}/${nameOf(0)}`),
  'a unit has another time': (store) => poke(`${store}/${nameOf(0)}`, 52 * 4 + 24, Buffer.of(0, 1)),
  'all of the log is gone': (store) => rmSync(`${store}/timerlog`, { recursive: true }),
  'the last file of the log is a directory': (store) => {
    rmSync(`${store}/${nameOf(2 * FILE)}`);
    mkdirSync(`${store}/${nameOf(2 * FILE)}`);
  },
  'the wheel is cut short': (store) => truncateSync(`${store}/timerwheel`, 1000),
  'half of the wheel is zeros': (store) => wipeSlots(`${store}/timerwheel`, COUNT / 2),
  'the checkpoint is of the future': (store) => poke(`${store}/config/timercheck`, 0, Buffer.of(9)),
};

/** What the log says; nothing of a checkpoint, without which all is looked at as well. */
const SAYS =
  /^the timer's files are damaged \(.*\): making them from the messages of rmq_sys_wheel/;

/** What `store check` says of the timer's files. */
function checked(store: string): string[] {
  const timer = new TimerCheck(store, realFiles, systemClock.now());
  const check = new StoreCheck(store, realFiles, [], [timer]);
  while (check.step());
  return check.report().problems.map(({ level, where, text }) => `${level} ${where} ${text}`);
}

test('store check finds nothing wrong with sound files', () => {
  assert.deepEqual(checked(`${made}/store`), []);
});

test('store check tells of a message that waits and has no unit', () => {
  const own = new Ending();
  const folder = tempFolder(own);
  copyStore(`${folder}/store`);
  poke(`${folder}/store/${nameOf(0)}`, 52 * 4 + 28, Buffer.of(0, 0, 0, 1));
  const [problem, ...more] = checked(`${folder}/store`);
  assert.match(problem!, /^error timerlog lacks 1 messages that wait, the first at \d+ of the log/);
  assert.deepEqual(more, []);
  return own.run();
});

for (const [what, damage] of Object.entries(DAMAGES)) {
  test(`${what}: all that waits comes, once`, async () => {
    const own = new Ending();
    try {
      const folder = tempFolder(own);
      copyStore(`${folder}/store`);
      damage(`${folder}/store`);
      const [problem, ...more] = checked(`${folder}/store`);
      assert.match(
        problem ?? '',
        /^warning (timerlog .* are made again|config.timercheck is of the)/,
      );
      assert.deepEqual(more, []);
      const log = new RecordingLog();
      const clock = { ...systemClock, now: () => Date.now() + 2 * HOUR_MS };
      const broker = await RunningBroker.start(own, { folder, store: STORE, clock, log });
      const said = log.alarms.some((line) => SAYS.test(line));
      assert.equal(said, !what.includes('checkpoint'), log.alarms.join('\n'));
      const bodies = await until('all messages', async () => {
        const { messages } = await broker.pull('g', 'Timed', 0, 0, { maxMsgNums: 100 });
        return messages.length > COUNT ? messages.map(({ body }) => body.toString()) : undefined;
      });
      const late = Array.from({ length: COUNT }, (_, i) => `late ${i}`);
      assert.deepEqual(bodies.sort(), ['soon', ...late].sort());
    } finally {
      await own.run();
    }
  });
}

test('who stops before all is placed again begins again', async () => {
  const own = new Ending();
  try {
    const folder = tempFolder(own);
    copyStore(`${folder}/store`);
    rmSync(`${folder}/store/timerlog`, { recursive: true });
    const halfway = new Ending();
    const clock = { ...systemClock, now: () => Date.now() + 2 * HOUR_MS };
    const options = { folder, clock };
    await RunningBroker.start(halfway, { ...options, store: { ...STORE, timerStopEnqueue: true } });
    await halfway.run();
    const log = new RecordingLog();
    const broker = await RunningBroker.start(own, { ...options, store: STORE, log });
    assert.ok(log.alarms.some((line) => SAYS.test(line)));
    await broker.sent('Timed', 'last', { TIMER_DELAY_MS: '50', UNIQ_KEY: 'last' });
    const bodies = await until('all messages', async () => {
      const { messages } = await broker.pull('g', 'Timed', 0, 0, { maxMsgNums: 100 });
      const got = messages.map(({ body }) => body.toString());
      return got.includes('last') && got.length > COUNT + 1 ? got : undefined;
    });
    assert.deepEqual([bodies.length, new Set(bodies).size], [COUNT + 2, COUNT + 2]);
  } finally {
    await own.run();
  }
});
