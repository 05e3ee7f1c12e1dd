// How many timed messages wait for each topic is kept in the file timermetrics: counted here, known
// to RocketMQ's broker on the same store, counted on there, and known here again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { decodeBody, objectOf } from '../../src/protocol/bodies/json.js';
import { parseJson } from '../../src/protocol/fastjson.js';
import type { RemotingClient } from '../../src/remoting/client.js';
import { RunningBroker } from '../server/broker/running-broker.js';
import { sendHeader } from '../support/send-header.js';
import { Member } from '../support/member.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { Ending, endingWith, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

/** Longer than all of this takes. */
const HOUR = { TIMER_DELAY_SEC: '3600' };

/** RocketMQ's timer gets little of a busy machine. */
const PATIENCE_MS = 180_000;

type Counts = Record<string, unknown>;

function countsOf(timingCount: unknown): Counts {
  const rows = Object.entries(objectOf(timingCount as never));
  return Object.fromEntries(rows.map(([topic, row]) => [topic, objectOf(row).count]));
}

/** What is in the file. */
function kept(folder: string): Counts {
  const text = readFileSync(join(folder, 'store', 'config', 'timermetrics'), 'utf8');
  const fields = objectOf(parseJson(text));
  assert.deepEqual(Object.keys(fields).sort(), ['dataVersion', 'timingCount']);
  return countsOf(fields.timingCount);
}

/** Waits until a broker tells these counts. */
async function assertTells(
  { client, address }: { client: RemotingClient; address: string },
  counts: Counts,
): Promise<void> {
  let told: Counts = {};
  const look = async (): Promise<boolean> => {
    const { body } = await client.request(address, 'GET_TIMER_METRICS', {});
    told = countsOf(decodeBody(body, 'TimerMetrics').timingCount);
    return isDeepStrictEqual(told, counts);
  };
  await until('counts of what waits', look, PATIENCE_MS).catch((error: unknown) =>
    assert.deepEqual(told, counts, String(error)),
  );
}

test('timermetrics goes to RocketMQ and comes back', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  const run = new Ending();
  const first = await RunningBroker.start(run, { folder });
  for (const topic of ['Told', 'Other']) await first.createTopic(topic, 1);
  for (const topic of ['Told', 'Other', 'Told']) await first.sent(topic, 'x', HOUR);
  await assertTells(first, { Told: 2, Other: 1 });
  await run.run();
  assert.deepEqual(kept(folder), { Told: 2, Other: 1 });

  const java = await Member.prepare(ending, {
    role: 'broker',
    launch: javaLaunch(release, { heapMb: 384 }),
    name: 'broker of RocketMQ',
    settings: {
      brokerName: 'broker-a',
      storePathRootDir: join(folder, 'store'),
      mappedFileSizeCommitLog: 64 * 1024 * 1024,
    },
  });
  await java.start();
  const { client } = await RunningBroker.start(ending);
  await assertTells({ client, address: java.address }, { Told: 2, Other: 1 });
  const body = Buffer.from('x');
  await client.request(java.address, 'SEND_MESSAGE_V2', sendHeader('Told', HOUR), { body });
  await assertTells({ client, address: java.address }, { Told: 3, Other: 1 });
  await java.stop();
  assert.deepEqual(kept(folder), { Told: 3, Other: 1 });

  const log = new RecordingLog();
  const second = await RunningBroker.start(ending, { folder, log });
  await assertTells(second, { Told: 3, Other: 1 });
  // RocketMQ's wheel and log fit each other
  assert.deepEqual(log.alarms, []);
});
