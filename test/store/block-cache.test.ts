import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withView } from '../../src/base/bytes.js';
import { BlockCache } from '../../src/store/files/block-cache.js';
import type { Block } from '../../src/store/files/block-cache.js';
import { settle } from './fake-clock.js';

const block = (start: number, length = 10): Block => ({
  start,
  bytes: withView(Buffer.alloc(length)),
});

test('a block is read once for all who wait for it', async () => {
  const cache = new BlockCache(100);
  let reads = 0;
  const read = async (): Promise<Block> => block(reads++ * 0);
  const both = await Promise.all([cache.load(0, read), cache.load(0, read)]);
  assert.equal(reads, 1);
  assert.equal(both[0], both[1]);
  assert.equal(cache.get(0, 10), both[0]);
  assert.equal(cache.get(0, 11), undefined, 'it does not reach so far');
});

test('the blocks used longest ago go first', async () => {
  const cache = new BlockCache(30);
  for (const key of [0, 10, 20]) await cache.load(key, async () => block(key));
  cache.get(0, 10);
  await cache.load(30, async () => block(30));
  assert.ok(cache.get(0, 10));
  assert.equal(cache.get(10, 20), undefined);
});

test('few blocks are read at a time', async () => {
  const cache = new BlockCache(10_000);
  let running = 0;
  let most = 0;
  const release: (() => void)[] = [];
  const loads = Array.from({ length: 30 }, (_, key) =>
    cache.load(key, async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => release.push(resolve));
      running--;
      return block(key);
    }),
  );
  while (release.length > 0 || running > 0) {
    release.shift()?.();
    await settle();
  }
  assert.equal((await Promise.all(loads)).length, 30);
  assert.ok(most <= 9, String(most));
});

test('what was being read when everything was forgotten is not kept', async () => {
  const cache = new BlockCache(100);
  let finish: (one: Block) => void = () => undefined;
  const old = cache.load(0, () => new Promise((resolve) => (finish = resolve)));
  await settle();
  cache.clear();
  const fresh = await cache.load(0, async () => block(0, 20));
  finish(block(0));
  await old;
  assert.equal(cache.get(0, 10), fresh);
});

test('a read that fails is tried again by the next', async () => {
  const cache = new BlockCache(100);
  await assert.rejects(cache.load(0, () => Promise.reject(new Error('EIO'))));
  assert.ok(await cache.load(0, async () => block(0)));
});

test('a block that was loaded ahead outlives those that nobody uses any more', async () => {
  const cache = new BlockCache(30);
  await cache.load(0, async () => block(0));
  await cache.load(10, async () => block(10));
  cache.loadAhead(20, async () => block(20));
  await settle();
  cache.get(0, 10);
  cache.get(10, 20);
  await cache.load(30, async () => block(30));
  assert.ok(cache.get(20, 30), 'it was wanted');
  await cache.load(40, async () => block(40));
  assert.ok(cache.get(20, 30));
  assert.ok(cache.get(40, 50));
});

test('blocks larger than all that is kept do not go round for ever', async () => {
  const cache = new BlockCache(10);
  for (const key of [0, 100, 200]) {
    await cache.load(key, async () => block(key, 50));
    assert.ok(cache.get(key, key + 50));
  }
  assert.equal(cache.get(100, 150), undefined);
});

test('a cache that may hold more holds it once what was dropped is missed', async () => {
  const cache = new BlockCache(100, 30);
  const read = (key: number): Promise<Block | undefined> => cache.load(key, async () => block(key));
  const held = (to: number): number => {
    let count = 0;
    for (let key = 0; key < to; key += 10) if (cache.has(key)) count++;
    return count;
  };
  for (let key = 0; key < 200; key += 10) await read(key);
  assert.equal(held(200), 3, 'forward only');
  for (let round = 0; round < 20; round++) for (let key = 0; key < 90; key += 10) await read(key);
  assert.equal(held(90), 9, 'round and round');
  for (let key = 1000; key < 20_000; key += 10) await read(key);
  assert.equal(held(20_000), 3, 'forward again');
});

test('what was dropped before anybody asked for it makes room, and then ends the reads ahead', async () => {
  const cache = new BlockCache(40, 20);
  let reads = 0;
  const ahead = async (key: number): Promise<void> => {
    cache.loadAhead(key, async () => {
      reads++;
      return block(key);
    });
    await settle();
  };
  for (let key = 0; key < 100; key += 10) await ahead(key);
  assert.deepEqual([reads, [50, 60, 70, 80].every((key) => cache.has(key))], [9, true]);
});
