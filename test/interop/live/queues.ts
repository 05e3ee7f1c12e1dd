// Numbers of read and write queues change while producers and consumers run: nothing is lost, new
// queues are used, closed ones are read to their ends.

import assert from 'node:assert/strict';
import type { Driver } from '../driver.js';
import { bodiesOf, committedEnds, consume, type Stage } from './stage.js';

/** Sends in a row that tell whether a producer has left closed queues. */
const ROW = 64;
const OPTIONS = ['commit=500'];

export async function queueNumbersChange(stage: Stage, driver: Driver): Promise<void> {
  const name = `queues_${driver.name}`;
  const [topic, group, producer] = [`T_${name}`, `G_${name}`, `p_${name}`];
  const ids = [`c0_${name}`, `c1_${name}`];
  const change = async (read: number, write: number): Promise<void> => {
    const { broker } = stage.wire.cluster;
    await stage.mqadmin('updateTopic', '-b', broker, '-t', topic, '-r', read, '-w', write);
    // Go's clients look at routes every 30 s, and when one more consumer starts in them.
    if (driver.name !== 'Go') return;
    for (const id of [...ids, producer]) driver.send('refresh', id, topic);
  };
  const shared = (each: number): Promise<boolean> =>
    driver.until(`${each} queues each of ${topic}`, () =>
      ids.every((id) => driver.of(id, 'queues').at(-1)?.count === each),
    );
  const sentTo = (): number[] => driver.of(producer, 'sent').map(({ queue }) => queue!);

  await stage.wire.createTopic(topic, 4);
  for (const id of ids) await consume(driver, id, group, topic, OPTIONS);
  await shared(2);
  driver.send('endless', producer, topic);
  await driver.until('messages in all queues', () => new Set(sentTo()).size === 4);

  await change(8, 8);
  await driver.until('messages in new queues', () => new Set(sentTo()).size === 8);
  await shared(4);
  const used = (): Set<number> =>
    new Set(ids.flatMap((id) => driver.of(id, 'message').map(({ queue }) => queue!)));
  await driver.until('messages from new queues', () => used().size === 8);

  await change(8, 2);
  const closed = (): boolean =>
    sentTo().length > ROW &&
    sentTo()
      .slice(-ROW)
      .every((q) => q < 2);
  await driver.until('no messages in closed queues', closed);
  await committedEnds(stage, group, topic, [2, 3, 4, 5, 6, 7]);

  await change(2, 2);
  await shared(1);
  await driver.stop(producer);
  const sent = driver.of(producer, 'sent').map(({ key }) => key!);
  const got = (): Set<string> => new Set(bodiesOf(driver, ...ids));
  await driver.until('all that was sent', () => got().size >= sent.length);
  await committedEnds(stage, group, topic, [0, 1]);
  for (const id of [...ids, producer]) {
    await driver.stop(id);
    driver.assertNoErrors(id);
  }
  assert.deepEqual([...got()].sort(), sent.sort());
}
