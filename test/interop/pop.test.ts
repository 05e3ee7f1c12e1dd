// The released Java client consuming by POP: as many consumers as one likes share the queues.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { encodeRequestMode } from '../../src/protocol/bodies/assignment.js';
import { encodeGroupConfig, newGroupConfig } from '../../src/protocol/bodies/group.js';
import { javaRelease, type JavaRelease } from '../support/release.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import type { Driver, DriverEvent } from './driver.js';
import { startServers } from './servers.js';

interface Stage {
  driver: Driver;
  wire: Wire;
}

const COUNT = 200;

async function start(ending: Ending, release: JavaRelease): Promise<Stage> {
  const cluster = await startServers(ending);
  return { driver: await javaDriver(ending, release, cluster), wire: new Wire(ending, cluster) };
}

/** A topic that a group reads by POP; both are called by `name`. */
async function prepare({ wire }: Stage, name: string): Promise<void> {
  const { client, cluster } = wire;
  await wire.createTopic(`T_${name}`, 2);
  const group = encodeGroupConfig(newGroupConfig(`G_${name}`));
  await client.request(cluster.broker, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, { body: group });
  const body = encodeRequestMode({
    topic: `T_${name}`,
    consumerGroup: `G_${name}`,
    mode: 'POP',
    popShareQueueNum: 0,
  });
  await client.request(cluster.broker, 'SET_MESSAGE_REQUEST_MODE', {}, { body });
}

async function consume({ driver }: Stage, name: string, id: string, model: string, tags = '*') {
  driver.send('push', id, `G_${name}`, `T_${name}`, model, tags);
  await driver.event(id, 'started');
}

async function produce({ driver }: Stage, name: string, count: number): Promise<void> {
  driver.send('produce', `p_${name}`, `T_${name}`, count, 'sync', `P_${name}`);
  await driver.event(`p_${name}`, 'done');
}

/** Waits for `count` messages of the consumers together, and stops them. */
async function got({ driver }: Stage, ids: string[], count: number): Promise<DriverEvent[]> {
  const all = (): DriverEvent[] => ids.flatMap((id) => driver.of(id, 'message'));
  await driver.until(`${count} messages for ${ids.join()}`, () => all().length >= count);
  for (const id of ids) await driver.stop(id);
  return all();
}

const keys = (messages: DriverEvent[]): string[] => messages.map(({ key }) => key ?? '').sort();

const CASES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'three consumers share two queues, each message comes once'(stage) {
    await prepare(stage, 'share');
    const ids = ['share1', 'share2', 'share3'];
    for (const id of ids) await consume(stage, 'share', id, 'POP_CLUSTERING');
    await produce(stage, 'share', COUNT);
    const messages = await got(stage, ids, COUNT);
    const sent = stage.driver.of('p_share', 'sent');
    assert.deepEqual(keys(messages), keys(sent));
    assert.ok(messages.every(({ times }) => times === 0));
  },
  async 'offsets move on as messages are handed out'(stage) {
    await prepare(stage, 'offsets');
    await produce(stage, 'offsets', 20);
    await consume(stage, 'offsets', 'offsets', 'POP_CLUSTERING');
    await got(stage, ['offsets'], 20);
    const max = await stage.wire.maxOffsets('T_offsets', 2);
    await until('offsets', async () => {
      const offsets = await stage.wire.committed('G_offsets', 'T_offsets', 2);
      return offsets.join() === max.join();
    });
  },
  async 'a message that was refused comes again, by its retry topic'(stage) {
    await prepare(stage, 'again');
    await produce(stage, 'again', 1);
    await consume(stage, 'again', 'again', 'POP_RETRY');
    const messages = await got(stage, ['again'], 2);
    const seen = messages.map(({ key, times }) => ({ key, times }));
    const key = 'p_again-0';
    assert.deepEqual(seen, [
      { key, times: 0 },
      { key, times: 1 },
    ]);
    assert.equal(messages[0]!.msgId, messages[1]!.msgId);
    assert.equal((await stage.wire.maxOffsets('%RETRY%G_again_T_again', 1))[0], 1);
  },
  async 'tags choose'(stage) {
    await prepare(stage, 'tags');
    await consume(stage, 'tags', 'tags', 'POP_CLUSTERING', 'Tag1');
    await produce(stage, 'tags', 20);
    const messages = await got(stage, ['tags'], 10);
    assert.ok(messages.every(({ tag }) => tag === 'Tag1'));
  },
  async 'a topic that is not set to POP is read by its queues'(stage) {
    await stage.wire.createTopic('T_pulled', 2);
    await consume(stage, 'pulled', 'pulled', 'POP_CLUSTERING');
    await produce(stage, 'pulled', 20);
    assert.equal((await got(stage, ['pulled'], 20)).length, 20);
  },
};

describe('a Java client that POPs', () => {
  const ending = new Ending();
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, scenario] of Object.entries(CASES)) {
    it(name, async (t) => {
      const release = await need(t, javaRelease);
      if (release) await scenario(await (stage ??= start(ending, release)));
    });
  }
});
