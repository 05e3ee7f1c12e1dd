// Parts start in order, stop in reverse, and a failure leaves nothing running.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifecycle } from '../../src/base/lifecycle.js';
import type { Part } from '../../src/base/lifecycle.js';

interface Recorder {
  events: string[];
  part(name: string, overrides?: Partial<Part>): Part;
}

function recorder(): Recorder {
  const events: string[] = [];
  return {
    events,
    part: (name, overrides = {}) => ({
      async start() {
        await overrides.start?.();
        events.push(`${name} up`);
      },
      async stop() {
        events.push(`${name} down`);
        await overrides.stop?.();
      },
    }),
  };
}

const fail = (text: string) => (): Promise<void> => Promise.reject(new Error(text));

test('starting goes forward, stopping back, each once', async () => {
  const { events, part } = recorder();
  const whole = lifecycle([part('a'), part('b'), part('c')]);
  await Promise.all([whole.start(), whole.start()]);
  await Promise.all([whole.stop(), whole.stop()]);
  await whole.stop();
  assert.deepEqual(events, ['a up', 'b up', 'c up', 'c down', 'b down', 'a down']);
});

test('a part that cannot start takes the started ones down', async () => {
  const { events, part } = recorder();
  const whole = lifecycle([part('a'), part('b', { start: fail('no port') }), part('c')]);
  await assert.rejects(whole.start(), /no port/);
  assert.deepEqual(events, ['a up', 'a down']);
  await whole.stop();
  assert.deepEqual(events, ['a up', 'a down']);
});

test('a stop during the start waits for the part under way and leaves out the rest', async () => {
  const { events, part } = recorder();
  let go = (): void => undefined;
  let entered = (): void => undefined;
  const slow = new Promise<void>((resolve) => (go = resolve));
  const underWay = new Promise<void>((resolve) => (entered = resolve));
  const start = (): Promise<void> => {
    entered();
    return slow;
  };
  const whole = lifecycle([part('a'), part('b', { start }), part('c')]);
  const starting = whole.start();
  await underWay;
  const stopping = whole.stop();
  go();
  await Promise.all([starting, stopping]);
  assert.deepEqual(events, ['a up', 'b up', 'b down', 'a down']);
});

test('a stop that fails does not keep the others up, and is told', async () => {
  const { events, part } = recorder();
  const whole = lifecycle([part('a'), part('b', { stop: fail('stuck') }), part('c')]);
  await whole.start();
  await assert.rejects(whole.stop(), /stuck/);
  assert.deepEqual(events.slice(3), ['c down', 'b down', 'a down']);
});

test('what was stopped before it started stays down', async () => {
  const { events, part } = recorder();
  const whole = lifecycle([part('a')]);
  await whole.stop();
  await whole.start();
  assert.deepEqual(events, []);
});
