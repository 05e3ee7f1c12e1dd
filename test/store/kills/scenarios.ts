// What a store does that a kill may come into.

import { settle } from '../fake-clock.js';
import type { Scenario } from './explorer.js';
import type { Life, Put } from './life.js';

const spread = (i: number): Put => ({ queueId: i % 3, topic: i % 4 === 3 ? 'U' : 'T' });

/** Puts in several turns, with flushes between them. */
async function live(life: Life, turns: number, put: (i: number) => Put = spread): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await life.fill(3, (i) => put(turn * 3 + i));
    if (turn % 3 === 2) await life.clock.advance(1100);
  }
}

async function lived(life: Life): Promise<void> {
  await life.open();
  await live(life, 6);
  await life.stop();
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a first start, files that roll over, a stop',
    run: async (life) => {
      await life.open();
      await live(life, 14);
      life.putBatch(5, { queueId: 1, bytes: 200 });
      await settle();
      await life.stop();
    },
  },
  {
    name: 'the same with SYNC_FLUSH',
    config: { flushDiskType: 'SYNC_FLUSH' },
    run: async (life) => {
      await life.open();
      await live(life, 8);
      await life.stop();
    },
  },
  {
    name: 'power losses with SYNC_FLUSH',
    config: { flushDiskType: 'SYNC_FLUSH' },
    power: true,
    run: async (life) => {
      await life.open();
      await live(life, 14);
      await life.stop();
      await life.open();
      await live(life, 3);
    },
  },
  {
    name: 'a start behind a proper stop, and another stop',
    before: lived,
    run: async (life) => {
      await life.open();
      await live(life, 4);
      await life.stop();
    },
  },
];
