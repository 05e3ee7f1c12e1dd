// A store whose tables are gone says so, and what cannot be opened is named with what to do.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { MqError } from '../../../src/base/errors.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending } from '../../support/temp.js';
import { RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

/** A store with a message, and the lines of a broker that starts in it after the damage. */
async function after(damage: (store: string) => void): Promise<string[]> {
  const first = await RunningBroker.start(ending);
  const { folder } = first;
  await first.createTopic('T', 1);
  await first.sent('T', 'x');
  await first.broker.stop();
  damage(`${folder}/store`);
  const log = new RecordingLog();
  await RunningBroker.start(ending, { folder, log });
  return log.alarms;
}

test('a store of messages without its tables says so', async () => {
  const alarms = await after((store) => rmSync(`${store}/config`, { recursive: true }));
  const missing = alarms.filter((line) => /is missing in a store with messages/.test(line));
  assert.match(
    missing[0]!,
    /topics.json .*: topics and their settings are not known; bring it back/,
  );
  assert.match(missing[1]!, /consumerOffset.json .*: no group has an offset/);
  assert.equal(missing.length, 2);
});

test('a store with its tables, and a new one, say nothing', async () => {
  assert.deepEqual(await after(() => undefined), []);
});

for (const name of ['config/timercheck', 'checkpoint', 'lock', 'abort']) {
  test(`something else in place of ${name}: refused, with the place and what to do`, async () => {
    const refused = after((store) => {
      rmSync(`${store}/${name}`, { recursive: true, force: true });
      mkdirSync(`${store}/${name}`);
    });
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof MqError, String(error));
      assert.match(error.message, new RegExp(name));
      return /^(look what is there|remove it)/.test(error.hint!);
    });
  });
}
