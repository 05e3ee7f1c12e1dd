// Offsets are reset while consumers run: by time, to a number, to the end, in the broker or through
// the clients; and copied to another group.

import assert from 'node:assert/strict';
import { until } from '../../support/until.js';
import type { Driver } from '../driver.js';
import { bodiesOf, clientIdOf, committedEnds, consume, expectBodies, type Stage } from './stage.js';

const QUEUES = 2;
const OPTIONS = ['commit=500'];

interface Group {
  topic: string;
  group: string;
  id: string;
}

/** Consumers that have had all, and said so: two old messages and two young ones, one of each in each queue. */
async function consumed(
  stage: Stage,
  driver: Driver,
  names: readonly string[],
): Promise<{ groups: Group[]; between: number }> {
  const groups = names.map((what) => {
    const name = `${what}_${driver.name}`;
    return { topic: `T_${name}`, group: `G_${name}`, id: `c_${name}` };
  });
  const sendAll = async (age: string): Promise<void> => {
    for (const { topic } of groups)
      for (let queue = 0; queue < QUEUES; queue++)
        await stage.wire.send(topic, queue, `${age} ${queue}`, {});
  };
  for (const { topic } of groups) await stage.wire.createTopic(topic, QUEUES);
  await sendAll('old');
  const before = Date.now();
  await until('time', () => Date.now() > before + 1);
  const between = before + 1;
  await sendAll('young');
  for (const { topic, group, id } of groups) await consume(driver, id, group, topic, OPTIONS);
  for (const { topic, group, id } of groups) {
    await expectBodies(driver, [id], ALL);
    // Without offsets a group is not reset through its clients; they first commit after 10 s. And
    // what is committed comes again for no other reason than a reset.
    await committedEnds(stage, group, topic, [0, 1]);
  }
  return { groups, between };
}

/** Its consumer ends, and has committed all it had. */
async function ended(stage: Stage, driver: Driver, { group, topic, id }: Group): Promise<void> {
  // Go's may end without its last commit, the others commit all as they end.
  if (driver.name === 'Go') await committedEnds(stage, group, topic, [0, 1]);
  await driver.stop(id);
  await committedEnds(stage, group, topic, [0, 1]);
  driver.assertNoErrors(id);
}

/** A pull that is held answers to a reset when a message comes. */
async function wake({ wire }: Stage, { topic }: Group): Promise<void> {
  for (let queue = 0; queue < QUEUES; queue++) await wire.send(topic, queue, `new ${queue}`, {});
}

const ALL = ['old 0', 'old 1', 'young 0', 'young 1'];
const NEW = ['new 0', 'new 1'];

/** The broker itself resets: the next pull of each queue is sent back. */
export async function resetByBroker(stage: Stage, driver: Driver): Promise<void> {
  const names = ['reset_time', 'reset_number'];
  const { groups, between } = await consumed(stage, driver, names);
  const [byTime, toNumber] = groups as [Group, Group];
  const { broker } = stage.wire.cluster;
  await stage.undisturbed(async () => {
    const timeWords = ['-g', byTime.group, '-t', byTime.topic, '-s', between];
    await stage.mqadmin('resetOffsetByTime', ...timeWords);
    const numberWords = ['-g', toNumber.group, '-t', toNumber.topic, '-s', between];
    await stage.mqadmin('resetOffsetByTime', ...numberWords, '-b', broker, '-q', 1, '-o', 1);
    for (const one of groups) await wake(stage, one);
    await expectBodies(driver, [byTime.id], [...ALL, 'young 0', 'young 1', ...NEW]);
    await expectBodies(driver, [toNumber.id], [...ALL, 'young 1', ...NEW]);
  });
  for (const one of groups) await ended(stage, driver, one);
}

/** With useServerSideResetOffset=false the members are told (RESET_CONSUMER_CLIENT_OFFSET). */
export async function resetThroughClients(stage: Stage, driver: Driver): Promise<void> {
  const { groups, between } = await consumed(stage, driver, ['reset_told']);
  const [told] = groups as [Group];
  const { group, topic, id } = told;
  const set = (value: boolean): Promise<string> =>
    stage.mqadmin(
      ...['updateBrokerConfig', '-b', stage.wire.cluster.broker],
      ...['-k', 'useServerSideResetOffset', '-v', String(value)],
    );
  await stage.changingSettings(async () => {
    await set(false);
    const words = ['-g', group, '-t', topic, '-s', between];
    const printed = await stage.mqadmin('resetOffsetByTime', ...words);
    assert.match(printed, /^broker-a +0 +1 *$/m);
    await set(true);
  });
  await expectBodies(driver, [id], [...ALL, 'young 0', 'young 1']);
  await ended(stage, driver, told);
}

/** What a consumer has not taken in hand is skipped. */
export async function skipAccumulated(stage: Stage, driver: Driver): Promise<void> {
  const name = `skip_${driver.name}`;
  const [topic, group, id] = [`T_${name}`, `G_${name}`, `c_${name}`];
  await stage.wire.createTopic(topic, 1);
  await consume(driver, id, group, topic, OPTIONS);
  driver.send('obey', id, 'hold');
  await driver.event(id, 'obeys');
  for (let i = 0; i < 40; i++) await stage.wire.send(topic, 0, `skipped ${i}`, {});
  await driver.until('threads that hold', () => driver.of(id, 'holds').length > 0);
  const client = await clientIdOf(stage, group);
  await stage.undisturbed(async () => {
    const printed = await stage.mqadmin('skipAccumulatedMessage', '-g', group, '-t', topic);
    assert.match(printed, /^broker-a +0 +40 *$/m);
    await stage.wire.send(topic, 0, 'first of all', {});
    // The client has dropped what it had when the new message is the first that waits in it.
    const words = ['consumerStatus', '-g', group, '-i', client, '--json'];
    await until('new message in the client', async () => {
      const told = JSON.parse(await stage.mqadmin(...words)) as Record<string, Told>;
      const held = told[client]!.mqTable.find((one) => one.topic === topic);
      return held?.cachedMsgMinOffset === 40;
    });
  });
  driver.send('obey', id, 'success');
  await driver.until('new message', () => bodiesOf(driver, id).includes('first of all'));
  await driver.stop(id);
  await committedEnds(stage, group, topic, [0]);
  driver.assertNoErrors(id);
  const held = new Set(driver.of(id, 'holds').map(({ body }) => body!));
  assert.ok(held.size < 40, 'messages that wait');
  assert.deepEqual(bodiesOf(driver, id).sort(), [...held.add('first of all')].sort());
}

interface Told {
  mqTable: { topic: string; cachedMsgMinOffset: number }[];
}

/** A new group begins where another stands, whose consumer runs on. */
export async function cloneOffsets(stage: Stage, driver: Driver): Promise<void> {
  const { groups } = await consumed(stage, driver, ['clone']);
  const [source] = groups as [Group];
  const copy = { ...source, group: `${source.group}_copy`, id: `${source.id}_copy` };
  const { group, id } = copy;
  await stage.mqadmin('updateSubGroup', '-b', stage.wire.cluster.broker, '-g', group);
  const words = ['-s', source.group, '-d', group, '-t', source.topic];
  await stage.mqadmin('cloneGroupOffset', ...words);
  await consume(driver, id, group, source.topic, OPTIONS);
  await wake(stage, source);
  await expectBodies(driver, [source.id], [...ALL, ...NEW]);
  await expectBodies(driver, [id], NEW);
  for (const one of [source, copy]) await ended(stage, driver, one);
}
