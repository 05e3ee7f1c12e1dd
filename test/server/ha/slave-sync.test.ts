// What a slave takes over from a master whose answers are not of one moment.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import {
  type DataVersion,
  encodeTopicTable,
  newTopicConfig,
  type TopicConfig,
} from '../../../src/protocol/bodies/topic.js';
import { createClient } from '../../../src/remoting/client.js';
import { SlaveSync, type SlaveSyncOptions } from '../../../src/server/ha/slave-sync.js';
import { FakeClock } from '../../support/fake-clock.js';
import { startFake } from '../../support/fake-server.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';

const ending = new Ending();
afterEach(() => ending.run());

const NEVER: DataVersion = { stateVersion: 0, timestamp: 0, counter: 0 };
/** Longer than a slave waits to look again. */
const PERIOD_MS = 5000;
const nothing = { takeOver: () => undefined };

class Tables {
  dataVersion = NEVER;
  readonly taken: string[][] = [];

  get(topic: string): TopicConfig | undefined {
    return this.taken.at(-1)?.includes(topic) ? newTopicConfig(topic) : undefined;
  }

  replace(table: ReadonlyMap<string, TopicConfig>, dataVersion: DataVersion): void {
    this.taken.push([...table.keys()]);
    this.dataVersion = dataVersion;
  }
}

function startSync(clock: FakeClock, topics: Tables): SlaveSync {
  const client = createClient({ clock: systemClock, log: silentLogger, handlers: {} });
  const never = { dataVersion: NEVER, replace: () => undefined };
  const timers = { follow: () => undefined, takeOverMetrics: () => undefined };
  const options: SlaveSyncOptions = {
    topics,
    mappings: never,
    groups: never,
    offsets: nothing,
    requestModes: nothing,
    waiting: { delay: nothing, timers },
    timerWheelEnable: () => false,
    client,
    clock,
    log: silentLogger,
  };
  const sync = new SlaveSync(options);
  ending.after(() => client.close());
  ending.after(() => sync.stop());
  return sync;
}

test('a topic that the version counts already and the rows lack still comes', async () => {
  const version = { stateVersion: 0, timestamp: 7, counter: 2 };
  const rows = ['Old'];
  let asked = 0;
  const master = await startFake(ending, {
    GET_ALL_TOPIC_CONFIG() {
      asked++;
      const topicConfigTable = new Map(rows.map((name) => [name, newTopicConfig(name)]));
      const body = encodeTopicTable({ topicConfigTable, dataVersion: version });
      return { header: { totalTopicNum: rows.length }, body };
    },
  });
  const clock = new FakeClock();
  const tables = new Tables();
  const sync = startSync(clock, tables);
  await sync.start();
  sync.follow(master);
  await until('the first table', () => tables.taken.length === 1);

  rows.push('New');
  await until('the topic that came later', () => {
    clock.advance(PERIOD_MS);
    return tables.get('New');
  });
  const before = asked;
  await until('two answers more', () => {
    clock.advance(PERIOD_MS);
    return asked > before + 1;
  });
  assert.deepEqual(tables.taken, [['Old'], ['Old', 'New']]);
});
