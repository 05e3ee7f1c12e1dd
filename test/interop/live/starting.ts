// Where new groups begin, what members of a broadcast go on with, and how members hear of each
// other.

import assert from 'node:assert/strict';
import { until } from '../../support/until.js';
import type { Driver } from '../driver.js';
import { bodiesOf, consume, type Stage } from './stage.js';

/** As clients write a time: year to second; Go's means UTC, the others the local time zone. */
function stamp({ name }: Driver, ms: number): string {
  const date = new Date(ms);
  if (name === 'Go') return date.toISOString().replace(/\D/g, '').slice(0, 14);
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes()];
  const two = [...parts, date.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}${two.join('')}`;
}

/** A time that no message bears that was stored before, but all that are stored from now on. */
async function nextSecond(): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  return until('next second', () => Date.now() / 1000 > now + 1 && (now + 1) * 1000);
}

/** What consumers of two groups get: by `first` all, by a time what came later, by `last` new ones. */
export async function newGroups(stage: Stage, driver: Driver): Promise<void> {
  const name = `from_${driver.name}`;
  const topic = `T_${name}`;
  await stage.wire.createTopic(topic, 1);
  await stage.wire.send(topic, 0, 'old', {});
  const time = stamp(driver, await nextSecond());
  await stage.wire.send(topic, 0, 'young', {});
  const ids: Record<string, string> = {};
  for (const model of ['CLUSTERING', 'BROADCASTING']) {
    for (const from of ['first', 'last', time]) {
      const key = `${model} ${from === time ? 'time' : from}`;
      const id = `c_${name}_${Object.keys(ids).length}`;
      await consume(driver, id, `G_${id}`, topic, [`from=${from}`], model);
      ids[key] = id;
    }
  }
  // Only when messages arrive does one know that a consumer stands at the end of the queue.
  const sent: string[] = [];
  await until('new messages for all', async () => {
    sent.push(`new ${sent.length}`);
    await stage.wire.send(topic, 0, sent.at(-1)!, {});
    return Object.values(ids).every((id) =>
      bodiesOf(driver, id).some((body) => body.startsWith('new')),
    );
  });
  const firstOf = (id: string): number =>
    Math.min(...driver.of(id, 'message').map((m) => m.offset!));
  const all = ['old', 'young', ...sent];
  const complete = (id: string): boolean =>
    driver.of(id, 'message').length >= all.length - firstOf(id);
  await driver.until('all messages', () => Object.values(ids).every(complete));
  for (const id of Object.values(ids)) {
    await driver.stop(id);
    driver.assertNoErrors(id);
    const got = driver.of(id, 'message').map((message) => message.body!);
    assert.deepEqual(got.sort(), all.slice(firstOf(id)).sort(), id);
  }
  const begins = Object.fromEntries(Object.entries(ids).map(([key, id]) => [key, firstOf(id)]));
  assert.ok(begins['BROADCASTING last']! >= 2, 'what was there before');
  // The broker tells a new group of a young queue to begin with its first message.
  assert.deepEqual(begins, {
    'CLUSTERING first': 0,
    'CLUSTERING last': 0,
    'CLUSTERING time': 0,
    'BROADCASTING first': 0,
    'BROADCASTING last': begins['BROADCASTING last'],
    'BROADCASTING time': 1,
  });
}

/** Both members get all; one that was away goes on where it was, from a file of its own. */
export async function broadcastGoesOn(stage: Stage, driver: Driver): Promise<void> {
  const name = `away_${driver.name}`;
  const [topic, group] = [`T_${name}`, `G_${name}`];
  const [stays, goes] = [`c0_${name}`, `c1_${name}`];
  const has = (id: string, body: string): Promise<boolean> =>
    driver.until(`"${body}" for ${id}`, () => bodiesOf(driver, id).includes(body));
  await stage.wire.createTopic(topic, 2);
  for (const id of [stays, goes]) await consume(driver, id, group, topic, [], 'BROADCASTING');
  for (const [queue, body] of ['before', 'before too'].entries()) {
    await stage.wire.send(topic, queue, body, {});
    for (const id of [stays, goes]) await has(id, body);
  }
  await driver.stop(goes);
  await stage.wire.send(topic, 0, 'meanwhile', {});
  await has(stays, 'meanwhile');
  const back = `${goes}_back`;
  await consume(driver, back, group, topic, [`instance=${goes}`], 'BROADCASTING');
  await has(back, 'meanwhile');
  await stage.wire.send(topic, 1, 'after', {});
  for (const id of [stays, back]) await has(id, 'after');
  for (const id of [stays, back]) await driver.stop(id);
  assert.deepEqual(bodiesOf(driver, back).sort(), ['after', 'meanwhile']);
  assert.deepEqual(bodiesOf(driver, goes).sort(), ['before', 'before too']);
  const all = ['after', 'before', 'before too', 'meanwhile'];
  assert.deepEqual(bodiesOf(driver, stays).sort(), all);
}

/** A member joins and leaves: the others share again as soon as the broker tells them. */
export async function membersHearOfEachOther(stage: Stage, driver: Driver): Promise<void> {
  const name = `notice_${driver.name}`;
  const [topic, group] = [`T_${name}`, `G_${name}`];
  const [stays, comes] = [`c0_${name}`, `c1_${name}`];
  const share = (id: string, count: number, members: number): Promise<boolean> =>
    driver.until(`${count} queues of ${members} members for ${id}`, () => {
      const last = driver.of(id, 'queues').at(-1);
      return last?.count === count && last.members === members;
    });
  await stage.wire.createTopic(topic, 4);
  await consume(driver, stays, group, topic);
  await share(stays, 4, 1);
  driver.send('quiet', stays);
  await driver.event(stays, 'quiet');
  await consume(driver, comes, group, topic);
  for (const id of [stays, comes]) await share(id, 2, 2);
  await driver.stop(comes);
  await share(stays, 4, 1);
  await driver.stop(stays);
  for (const id of [stays, comes]) driver.assertNoErrors(id);
}
