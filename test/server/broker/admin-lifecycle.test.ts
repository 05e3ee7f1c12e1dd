// How a broker starts and stops, and what it leaves when it cannot.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.js';
import { realFiles } from '../../../src/base/files.js';
import { loadBrokerConfig } from '../../../src/config/load.js';
import { type Broker, createBroker } from '../../../src/server/broker/broker.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { type Ending, endingWith, tempFolder } from '../../support/temp.js';

interface Made {
  broker: Broker;
  store: string;
  log: RecordingLog;
}

function make(folder: string, port: number, args: string[] = [], clock = systemClock): Made {
  const store = join(folder, 'store');
  const own = ['brokerIP1=127.0.0.1', 'bindAddress=127.0.0.1', `storePathRootDir=${store}`];
  const loaded = loadBrokerConfig({ env: {}, args: [...own, ...args] });
  loaded.config.nettyServerConfig.listenPort = port;
  loaded.config.messageStoreConfig.haListenPort = 0;
  loaded.config.messageStoreConfig.mappedFileSizeCommitLog = 1 << 20;
  const log = new RecordingLog();
  return {
    broker: createBroker({ ...loaded, clock, files: realFiles, log }),
    store,
    log,
  };
}

const endingOf = (t: TestContext): Ending => endingWith((work) => t.after(work));

test('a port that is taken is named, and nothing stays open', async (t) => {
  const ending = endingOf(t);
  const first = make(tempFolder(ending), 0);
  await first.broker.start();
  ending.after(() => first.broker.stop());
  const place = tempFolder(ending);
  const second = make(place, first.broker.port);
  await assert.rejects(second.broker.start(), { code: 'PORT_TAKEN' });
  assert.equal(existsSync(join(second.store, 'abort')), false, 'the store was closed in order');
  const third = make(place, 0);
  await third.broker.start();
  await third.broker.stop();
});

test('a store that is in use is not opened twice', async (t) => {
  const ending = endingOf(t);
  const place = tempFolder(ending);
  const first = make(place, 0);
  await first.broker.start();
  ending.after(() => first.broker.stop());
  await assert.rejects(make(place, 0).broker.start(), { code: 'STORE_LOCKED' });
  assert.equal(existsSync(join(first.store, 'abort')), true);
});

test('a broker stops once, however often and early it is told', async (t) => {
  const place = tempFolder(endingOf(t));
  const { broker, store } = make(place, 0);
  const starting = broker.start();
  await Promise.all([starting, broker.stop(), broker.stop()]);
  await broker.stop();
  assert.equal(existsSync(join(store, 'abort')), false);
});

test('a broker starts and stops at once while its name servers are away', async (t) => {
  const place = tempFolder(endingOf(t));
  // by a clock that stands still nothing that is waited for would end
  const clock = new FakeClock();
  const { broker, log } = make(place, 0, ['namesrvAddr=127.0.0.1:1;127.0.0.1:2'], clock);
  await broker.start();
  await broker.stop();
  assert.ok(log.alarms.some((line) => line.includes('name server 127.0.0.1:1')));
});

test('an address that is none is said before anything is opened', async (t) => {
  const place = tempFolder(endingOf(t));
  const { broker, store } = make(place, 0, ['brokerIP1=no.such.host.invalid']);
  await assert.rejects(broker.start(), /brokerIP1 = no\.such\.host\.invalid is neither/);
  assert.equal(existsSync(join(store, 'commitlog')), false);
});
