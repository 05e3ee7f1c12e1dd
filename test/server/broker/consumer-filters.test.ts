// Filters by expressions, as the broker keeps them: their file, who still uses them, their bits.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { silentLogger } from '../../../src/base/log.js';
import { parseJson } from '../../../src/protocol/fastjson.js';
import { formatProperties } from '../../../src/protocol/properties.js';
import { BloomFilter, hasBits } from '../../../src/server/broker/filter/bloom-filter.js';
import { ConsumerFilters } from '../../../src/server/broker/filter/consumer-filters.js';
import type { Subscription } from '../../../src/server/broker/parts.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending, tempFolder } from '../../support/temp.js';

const ending = new Ending();
afterEach(() => ending.run());

const CONFIG = {
  enableCalcFilterBitMap: true,
  expectConsumerNumUseFilter: 32,
  maxErrorRateOfBloomFilter: 20,
  filterDataCleanTimeSpan: 86_400_000,
};

async function start(
  clock: FakeClock,
  folder = tempFolder(ending),
  config = CONFIG,
): Promise<{ filters: ConsumerFilters; folder: string; stop(): Promise<void> }> {
  const own = { config, files: realFiles, clock, log: silentLogger };
  const filters = new ConsumerFilters({ ...own, storePathRootDir: folder });
  await filters.start();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= filters.stop());
  ending.after(stop);
  return { filters, folder, stop };
}

const sql = (topic: string, subString: string, subVersion = 1): Subscription => ({
  topic,
  subString,
  tagsSet: [],
  codeSet: [],
  subVersion,
  expressionType: 'SQL92',
});

const message = (topic: string, a: string) => ({ topic, properties: formatProperties({ a }) });

test('the bloom filter is laid out, and hashes, as that of RocketMQ', () => {
  const bloom = new BloomFilter(20, 32);
  assert.deepEqual([bloom.hashes, bloom.bits], [3, 112]);
  assert.equal(new BloomFilter(10, 128).bits, 616);
  const { bitPos } = bloom.positions('a-much-longer-consumer-group-name#TopicWithALongName');
  assert.deepEqual(
    [bloom.positions('g#T').bitPos, bitPos],
    [
      [90, 68, 28],
      [76, 86, 6],
    ],
  );
});

test('a message has the bits of the groups whose filters it passes', async () => {
  const { filters } = await start(new FakeClock());
  filters.subscribed('big', [sql('T', 'a > 5')]);
  filters.subscribed('small', [sql('T', 'a < 5')]);
  const bits = filters.bitsOf(message('T', '7'))!;
  assert.equal(bits.length, 14);
  assert.ok(hasBits(bits, filters.get('T', 'big')!.bloom));
  assert.ok(!hasBits(bits, filters.get('T', 'small')!.bloom));
  assert.equal(filters.bitsOf(message('Other', '7')), undefined);
});

test('bits from before a filter, or of another size, let every message pass', async () => {
  const clock = new FakeClock();
  const { filters } = await start(clock);
  filters.subscribed('big', [sql('T', 'a > 5')]);
  const filter = filters.get('T', 'big')!;
  const none = filters.bloom.none();
  assert.ok(filters.mayPass(filter, none, clock.now()));
  assert.ok(!filters.mayPass(filter, none, clock.now() + 1));
  assert.ok(filters.mayPass(filter, Buffer.alloc(8), clock.now() + 1));
  assert.ok(filters.mayPass(filter, undefined, clock.now() + 1));
});

test('a group that comes back keeps its filter, one that stays away loses it', async () => {
  const clock = new FakeClock();
  const { filters } = await start(clock);
  filters.subscribed('g', [sql('T', 'a > 5'), sql('U', 'a > 5')]);
  const born = filters.get('T', 'g')!.bornTime;
  filters.subscribed('g', [sql('T', 'a > 5')]);
  assert.ok(filters.get('U', 'g')!.deadTime >= born);
  filters.gone('g');
  clock.advance(1000);
  filters.subscribed('g', [sql('T', 'a > 5')]);
  assert.deepEqual([filters.get('T', 'g')!.deadTime, filters.get('T', 'g')!.bornTime], [0, born]);
  clock.advance(CONFIG.filterDataCleanTimeSpan + 20_000);
  assert.equal(filters.get('U', 'g'), undefined);
  assert.ok(filters.get('T', 'g'));
});

test('a newer expression takes the place of the old one, an older one does not', async () => {
  const clock = new FakeClock();
  const { filters } = await start(clock);
  filters.subscribed('g', [sql('T', 'a > 5', 2)]);
  filters.subscribed('g', [sql('T', 'a > 9', 1)]);
  assert.equal(filters.get('T', 'g')!.expression, 'a > 5');
  clock.advance(5);
  filters.subscribed('g', [sql('T', 'a > 9', 3)]);
  assert.equal(filters.get('T', 'g')!.expression, 'a > 9');
  assert.equal(filters.get('T', 'g')!.bornTime, clock.now());
  filters.subscribed('g', [sql('T', 'a > > 9', 4)]);
  assert.equal(filters.get('T', 'g'), undefined);
});

test('the file is that of RocketMQ, and after a restart the groups are thought gone', async () => {
  const clock = new FakeClock();
  clock.advance(100_000);
  const first = await start(clock);
  first.filters.subscribed('g', [sql('T', 'a > 5', 7)]);
  const { bloom, bornTime } = first.filters.get('T', 'g')!;
  await first.stop();
  const file = realFiles.readText(`${first.folder}/config/consumerFilter.json`)!;
  const kept = {
    ...{ consumerGroup: 'g', topic: 'T', expression: 'a > 5', expressionType: 'SQL92' },
    ...{ bornTime, deadTime: 0, clientVersion: 7, dead: false, bloomFilterData: bloom },
  };
  assert.deepEqual(parseJson(file), {
    filterDataByTopic: { T: { groupFilterData: { g: kept }, topic: 'T' } },
  });
  clock.advance(100_000);
  const second = await start(clock, first.folder);
  assert.equal(second.filters.get('T', 'g')!.deadTime, clock.now() - 30_000);
  const passing = second.filters.bitsOf(message('T', '6'))!;
  assert.ok(hasBits(passing, bloom));
  const other = await start(clock, first.folder, { ...CONFIG, expectConsumerNumUseFilter: 64 });
  assert.equal(other.filters.get('T', 'g'), undefined);
});
