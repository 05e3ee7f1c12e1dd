// What every released client has to manage, whichever driver it has: 1,000 messages, each arriving
// where and as often as it should.

import assert from 'node:assert/strict';
import { until } from '../support/until.js';
import type { Wire } from '../support/wire.js';
import type { Driver, DriverEvent } from './driver.js';

export const COUNT = 1000;
const QUEUES = 8;

export interface Run {
  driver: Driver;
  wire: Wire;
  /** Begins every name that the run uses. */
  prefix: string;
}

export type How = 'sync' | 'async' | 'oneway' | 'batch' | 'stubborn';
export type Model = 'CLUSTERING' | 'BROADCASTING' | 'ORDERLY' | 'LOSSY';

interface Names {
  topic: string;
  group: string;
  producer: string;
  consumers: string[];
}

async function prepare(
  { wire, prefix }: Run,
  what: string,
  consumers: number,
  attributes?: string,
): Promise<Names> {
  const name = `${prefix}_${what}`;
  await wire.createTopic(`T_${name}`, QUEUES, attributes);
  return {
    topic: `T_${name}`,
    group: `G_${name}`,
    producer: `p_${name}`,
    consumers: Array.from({ length: consumers }, (_, i) => `c${i}_${name}`),
  };
}

async function produce({ driver }: Run, names: Names, how: How): Promise<void> {
  driver.send('produce', names.producer, names.topic, COUNT, how);
  await driver.event(names.producer, 'done');
  driver.assertNoErrors(names.producer);
}

/** Waits until the members of a group have shared out all queues evenly. */
async function balanced({ driver }: Run, names: Names): Promise<void> {
  const { consumers } = names;
  await driver.until(`balance of ${names.group}`, () =>
    consumers.every((id) => {
      const last = driver.of(id, 'queues').at(-1);
      return last?.members === consumers.length && last.count === QUEUES / consumers.length;
    }),
  );
}

const messages = ({ driver }: Run, names: Names): DriverEvent[] =>
  names.consumers.flatMap((id) => driver.of(id, 'message'));

async function received(run: Run, names: Names, count: number): Promise<DriverEvent[]> {
  const what = `${count} messages for ${names.group}`;
  await run.driver.until(what, () => messages(run, names).length >= count);
  return messages(run, names);
}

async function stopAll({ driver }: Run, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => driver.stop(id)));
  for (const id of ids) driver.assertNoErrors(id);
}

/** Each message of the producer exactly once, all fields as sent. */
function assertEachOnce(names: Names, got: readonly DriverEvent[], wanted = bodies(names)): void {
  const seen = got.map((message) => message.body).sort();
  assert.deepEqual(seen, [...wanted].sort());
  for (const { body, key, tag, times } of got) {
    const i = Number(body!.slice(names.producer.length + 1));
    assert.deepEqual({ key, tag, times }, { key: body, tag: `Tag${i % 2}`, times: 0 });
  }
}

function bodies(names: Names, keep: (i: number) => boolean = () => true): string[] {
  const all = Array.from({ length: COUNT }, (_, i) => i);
  return all.filter(keep).map((i) => `${names.producer}-${i}`);
}

/** Messages lie where the answers to their sends said. */
function assertPlaces({ driver }: Run, names: Names, got: readonly DriverEvent[]): void {
  const place = ({ key, queue, offset }: DriverEvent): string => `${key} ${queue}:${offset}`;
  const told = driver.of(names.producer, 'sent').map(place).sort();
  assert.deepEqual([...new Set(got.map(place))].sort(), told);
}

/** Offsets of every queue run from 0 without a gap. */
function assertNoGap(got: readonly DriverEvent[]): void {
  for (let queue = 0; queue < QUEUES; queue++) {
    const offsets = got.filter((message) => message.queue === queue).map((m) => m.offset!);
    offsets.sort((a, b) => a - b);
    assert.deepEqual(
      offsets,
      offsets.map((_, i) => i),
    );
  }
}

/** Clients commit oneway: the last commit may still be on its way when they have stopped. */
async function allCommitted(
  { wire }: Run,
  names: Names,
  tell?: () => Promise<void>,
): Promise<void> {
  const max = await wire.maxOffsets(names.topic, QUEUES);
  await until(`commit of ${max.join()} by ${names.group}`, async (saw) => {
    await tell?.();
    const offsets = saw(await wire.committed(names.group, names.topic, QUEUES));
    // A queue without messages may have no committed offset at all.
    return offsets.map((offset) => Math.max(0, offset)).join() === max.join();
  });
}

/**
 * At a stop, commits may be left out (Go), or be overtaken by the leaving, as they go through one
 * thread more (NettyRemotingClient.invokeOneway); who takes a queue over then reads it again.
 */
async function committedBeforeStop(run: Run, names: Names): Promise<void> {
  const { driver } = run;
  if (driver.commits === 'at its stop') return;
  await allCommitted(run, names, async () => {
    if (driver.commits !== 'when told') return;
    await Promise.all(names.consumers.map((id) => driver.commit(id)));
  });
}

/** Two members of a group share 1,000 messages, each delivered once. */
export async function clustering(run: Run, how: How, model: Model = 'CLUSTERING'): Promise<void> {
  const names = await prepare(run, `${model.toLowerCase()}_${how}`, 2);
  for (const id of names.consumers) {
    run.driver.send('push', id, names.group, names.topic, model, '*');
    await run.driver.event(id, 'started');
  }
  await balanced(run, names);
  await produce(run, names, how);
  await received(run, names, COUNT);
  await committedBeforeStop(run, names);
  await stopAll(run, names.consumers);
  if (how === 'oneway') await run.driver.stop(names.producer);
  const got = messages(run, names);
  assertEachOnce(names, got);
  assertNoGap(got);
  if (how === 'sync' || how === 'async') assertPlaces(run, names, got);
  if (model === 'ORDERLY') assertInOrder(run, names);
  for (const id of names.consumers) assert.ok(run.driver.of(id, 'message').length > 0, id);
  await allCommitted(run, names);
}

function assertInOrder({ driver }: Run, names: Names): void {
  for (const id of names.consumers) {
    const next = new Map<number, number>();
    for (const { queue, offset } of driver.of(id, 'message')) {
      assert.equal(offset, next.get(queue!) ?? 0, `queue ${queue} of ${id}`);
      next.set(queue!, offset! + 1);
    }
  }
}

/** Each of two members gets all 1,000 messages. */
export async function broadcasting(run: Run, how: How): Promise<void> {
  const names = await prepare(run, `broadcasting_${how}`, 2);
  for (const id of names.consumers) {
    run.driver.send('push', id, names.group, names.topic, 'BROADCASTING', '*');
    await run.driver.event(id, 'started');
  }
  await produce(run, names, how);
  await received(run, names, 2 * COUNT);
  await stopAll(run, names.consumers);
  for (const id of names.consumers) {
    const got = run.driver.of(id, 'message');
    assertEachOnce(names, got);
    assertNoGap(got);
    if (how !== 'batch') assertPlaces(run, names, got);
  }
}

/** One member with a tag gets the half that bears it. */
export async function tagged(run: Run, how: How): Promise<void> {
  const names = await prepare(run, `tagged_${how}`, 1);
  const [id] = names.consumers;
  run.driver.send('push', id!, names.group, names.topic, 'CLUSTERING', 'Tag1 || TagX');
  await run.driver.event(id!, 'started');
  await produce(run, names, how);
  await received(run, names, COUNT / 2);
  await stopAll(run, names.consumers);
  const wanted = bodies(names, (i) => i % 2 === 1);
  assertEachOnce(names, messages(run, names), wanted);
}

/** Two members that poll by themselves (DefaultLitePullConsumer). */
export async function litePull(run: Run, how: How): Promise<void> {
  const names = await prepare(run, `litepull_${how}`, 2);
  for (const id of names.consumers) {
    run.driver.send('litepull', id, names.group, names.topic);
    await run.driver.event(id, 'started');
  }
  await balanced(run, names);
  await produce(run, names, how);
  await received(run, names, COUNT);
  await committedBeforeStop(run, names);
  await stopAll(run, names.consumers);
  if (how === 'oneway') await run.driver.stop(names.producer);
  const got = messages(run, names);
  assertEachOnce(names, got);
  assertNoGap(got);
  await allCommitted(run, names);
}

/** Every queue read by hand from its start to its end (DefaultMQPullConsumer). */
export async function pull(run: Run, how: How, attributes?: string): Promise<void> {
  const names = await prepare(run, `pull_${how}${attributes ? '_own' : ''}`, 1, attributes);
  const [id] = names.consumers;
  await produce(run, names, how);
  run.driver.send('pull', id!, names.group, names.topic);
  await run.driver.event(id!, 'done');
  run.driver.assertNoErrors(id!);
  const got = messages(run, names);
  assertEachOnce(names, got);
  assertNoGap(got);
  await allCommitted(run, names);
}

/** Batches are kept as they came, in queues of batches, and cut up by those who read them. */
export const innerBatches = (run: Run): Promise<void> => pull(run, 'batch', '+queue.type=BatchCQ');

/** The broker is killed while messages flow: the clients come back, and nothing is lost. */
export async function outlived(run: Run, restart: () => Promise<void>): Promise<void> {
  const names = await prepare(run, 'outlived', 1);
  const [id] = names.consumers;
  run.driver.send('push', id!, names.group, names.topic, 'LOSSY', '*');
  await run.driver.event(id!, 'started');
  run.driver.send('produce', names.producer, names.topic, COUNT, 'stubborn');
  const sent = (): number => run.driver.of(names.producer, 'sent').length;
  await run.driver.until('first messages', () => sent() >= COUNT / 4);
  await restart();
  await run.driver.event(names.producer, 'done');
  const seen = (): Set<string> => new Set(messages(run, names).map((message) => message.body!));
  await run.driver.until('all messages', () => seen().size === COUNT);
  await run.driver.stop(id!);
  assert.deepEqual([...seen()].sort(), bodies(names).sort());
}
