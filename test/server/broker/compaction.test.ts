// Compacted topics as clients meet them: keys are asked for, readers are woken, a slave gets what
// its log does not have any more.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { parseProperties } from '../../../src/protocol/properties.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { startNamesrv } from '../../support/namesrv.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const TOPIC = 'Prices';
const COMPACTED = { attributes: '+cleanup.policy=COMPACTION' };
const SMALL = {
  mappedFileSizeCommitLog: 64 * 1024,
  compactionMappedFileSize: 20_000,
  compactionCqMappedFileSize: 4000,
  compactionScheduleInternal: 1,
};

/** Keys and bodies of all messages that a reader gets who begins at 0. */
async function kept(broker: RunningBroker): Promise<[key: string, body: string][]> {
  const rows: [string, string][] = [];
  for (let offset = 0; ;) {
    const changes = { suspendTimeoutMillis: 0 };
    const answer = await broker.pull('reader', TOPIC, 0, offset, changes);
    if (answer.code !== 0) return rows;
    for (const { properties, body } of answer.messages) {
      rows.push([parseProperties(properties).KEYS ?? '', body.toString()]);
    }
    offset = answer.header.nextBeginOffset;
  }
}

async function sendKeyed(broker: RunningBroker, from: number, to: number, keys: number) {
  for (let i = from; i < to; i++) {
    await broker.sent(TOPIC, `value ${i}`.padEnd(200), { KEYS: `key-${i % keys}` });
  }
}

test('a message needs a key, and wakes who waits for it', async () => {
  const broker = await RunningBroker.start(ending, { store: SMALL });
  await broker.createTopic(TOPIC, 1, COMPACTED);
  const refused = await broker.send(TOPIC, 'nobody');
  assert.equal(refused.code, ResponseCode.MESSAGE_ILLEGAL);
  assert.equal(refused.remark, 'Required message key is missing');
  await broker.sent(TOPIC, 'first', { KEYS: 'a' });
  const waiting = broker.pull('reader', TOPIC, 0, 1, { sysFlag: 6 });
  await new Promise((resolve) => setImmediate(resolve));
  await broker.sent(TOPIC, 'second', { KEYS: 'a' });
  const woken = await waiting;
  assert.deepEqual(
    woken.messages.map(({ body }) => body.toString()),
    ['second'],
  );
  assert.deepEqual(await kept(broker), [
    ['a', 'first'],
    ['a', 'second'],
  ]);
});

test('old values go while the broker runs', async () => {
  const broker = await RunningBroker.start(ending, { store: SMALL });
  await broker.createTopic(TOPIC, 1, COMPACTED);
  await sendKeyed(broker, 0, 200, 10);
  const left = await until('compaction', async () => {
    const rows = await kept(broker);
    return rows.length < 100 ? rows : undefined;
  });
  const newest = new Map(left.map(([key, body]) => [key, body.trim()]));
  for (let i = 190; i < 200; i++) assert.equal(newest.get(`key-${i % 10}`), `value ${i}`);
});

test('a slave has what its master keeps, beside the log', async () => {
  const namesrvAddr = (await startNamesrv(ending, tempFolder(ending))).address;
  const place = { namesrvAddr, brokerIP2: '127.0.0.1' };
  const store = { ...SMALL, compactionScheduleInternal: 3_600_000, haSendHeartbeatInterval: 200 };
  const master = await RunningBroker.start(ending, { broker: place, store });
  await master.createTopic(TOPIC, 1, COMPACTED);
  await master.sent(TOPIC, 'old', { KEYS: 'old' });
  // the slave begins with the master's last file, which does not have it
  await sendKeyed(master, 0, 250, 10);
  const folder = tempFolder(ending);
  const asSlave = {
    folder,
    broker: { ...place, brokerId: 1, slaveReadEnable: true },
    store: { ...store, brokerRole: 'SLAVE' as const },
  };
  const slave = await RunningBroker.start(ending, asSlave);
  const all = await kept(master);
  const copied = await until('messages of the master', async () => {
    const rows = await kept(slave);
    return rows.length === all.length ? rows : undefined;
  });
  assert.deepEqual(copied, all);
  assert.equal(copied[0]![0], 'old');
  const { header } = await slave.client.request(slave.address, 'GET_MIN_OFFSET', {
    topic: TOPIC,
    queueId: 0,
  });
  assert.ok(header.offset > 0);
  await master.sent(TOPIC, 'new', { KEYS: 'key-0' });
  await until('the new message', async () => (await kept(slave)).at(-1)?.[1] === 'new');
});
