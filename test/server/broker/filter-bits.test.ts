// The bits that messages have by the filters of groups (enableCalcFilterBitMap): what is kept, and
// that pulls lose nothing by them.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { Ending } from '../../support/temp.js';
import { consumer, RunningBroker, type RunningBrokerOptions } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const GROUP = 'filtering';
const SQL = { expressionType: 'SQL92' };

const start = (options: RunningBrokerOptions = {}): Promise<RunningBroker> =>
  RunningBroker.start(ending, {
    broker: { enablePropertyFilter: true, enableCalcFilterBitMap: true },
    store: { enableConsumeQueueExt: true },
    ...options,
  });

const subscribe = (broker: RunningBroker): Promise<void> =>
  broker.heartbeat({ consumerDataSet: [consumer(GROUP, 'T', 'a > 5', SQL)] });

async function send(broker: RunningBroker, ...values: number[]): Promise<void> {
  for (const a of values) await broker.sent('T', `${a}`, { a: String(a) });
}

/** What the group gets from its offset on, by its own subscription. */
async function got(broker: RunningBroker): Promise<string[]> {
  const changes = { sysFlag: 0, subscription: '', subVersion: 1, expressionType: 'SQL92' };
  const { messages } = await broker.pull(GROUP, 'T', 0, 0, changes);
  return messages.map(({ body }) => body.toString());
}

/** How many bits each unit beside the consume queue has. */
function bitCounts({ folder }: RunningBroker): number[] {
  const queue = join(folder, 'store', 'consumequeue_ext', 'T', '0');
  const [file] = readdirSync(queue).sort();
  const bytes = readFileSync(join(queue, file!));
  const counts: number[] = [];
  for (let at = 0, size = bytes.readInt16BE(0); size > 0; size = bytes.readInt16BE((at += size))) {
    const bits = bytes.subarray(at + 20, at + 20 + bytes.readInt16BE(at + 18));
    counts.push(
      [...bits].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
    );
  }
  return counts;
}

test('messages from before a filter, and from its time, arrive by their bits', async () => {
  const broker = await start();
  await broker.createTopic('T', 1);
  await send(broker, 1, 9);
  await subscribe(broker);
  await send(broker, 2, 8, 3, 7);
  assert.deepEqual(await got(broker), ['9', '8', '7']);
  await broker.broker.stop();
  assert.deepEqual(bitCounts(broker), [0, 0, 0, 3, 0, 3]);
  const again = await start({ folder: broker.folder });
  await subscribe(again);
  assert.deepEqual(await got(again), ['9', '8', '7']);
});

test('queryCq shows the filter of a group', async () => {
  const broker = await start();
  await broker.createTopic('T', 1);
  await send(broker, 9);
  await subscribe(broker);
  const query = { topic: 'T', queueId: 0, index: 0, count: 1, consumerGroup: GROUP };
  const { client, address } = broker;
  const { body } = await client.request(address, 'QUERY_CONSUME_QUEUE', query);
  const { filterData } = JSON.parse(body.toString()) as { filterData: string };
  assert.match(filterData, /"expression":"a > 5"/);
});
