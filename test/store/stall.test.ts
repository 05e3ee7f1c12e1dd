// A write that takes too long is told to those who came meanwhile, and to nobody else.

import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { silentLogger } from '../../src/base/log.js';
import { Stall } from '../../src/store/policy/stall.js';
import { FakeClock } from '../support/fake-clock.js';

test('a stalled write is known until all that waited has been read', async () => {
  const clock = new FakeClock();
  const config = { osPageCacheBusyTimeOutMills: 1000 };
  const stall = new Stall({ config, clock, log: silentLogger });
  stall.watch(() => clock.advance(1000));
  assert.equal(stall.ms, 0);
  stall.watch(() => clock.advance(1500));
  assert.equal(stall.ms, 1500);
  await setImmediate();
  await setImmediate();
  await setImmediate();
  assert.equal(stall.ms, 0);
});

test('a write that fails after a long time is a stall as well', () => {
  const clock = new FakeClock();
  const config = { osPageCacheBusyTimeOutMills: 1000 };
  const stall = new Stall({ config, clock, log: silentLogger });
  const write = (): void => {
    clock.advance(3000);
    throw new Error('disk');
  };
  assert.throws(() => stall.watch(write), /disk/);
  assert.equal(stall.ms, 3000);
});
