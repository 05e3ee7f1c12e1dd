// Who hears of messages in lite topics, and who is forgotten.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../../../src/base/log.js';
import type { Connection } from '../../../../src/remoting/connection.js';
import { LiteEvents } from '../../../../src/server/broker/lite/events.js';
import { liteQueue } from '../../../../src/server/broker/lite/lite-names.js';
import { LiteMetadata } from '../../../../src/server/broker/lite/metadata.js';
import { LitePolling } from '../../../../src/server/broker/lite/polling.js';
import { LiteSubscriptions } from '../../../../src/server/broker/lite/subscriptions.js';
import type { GroupView, TopicView } from '../../../../src/server/broker/parts.js';
import { FakeClock } from '../../../support/fake-clock.js';

const PARENT = 'Parent';
const queue = (lite: string): string => liteQueue(PARENT, lite);
const open = { closed: false } as Connection;

/** The parts of lite topics with tables that a test fills. */
class Stage {
  readonly clock = new FakeClock();
  readonly max = new Map<string, number>();
  readonly consumed = new Map<string, number>();
  readonly config = {
    enableLiteEventMode: true,
    liteEventFullDispatchDelayTime: 10_000,
    liteEventFullDispatchDelayTimeForWildcardGroup: 10_000,
    maxClientEventCount: 100,
    maxLiteSubscriptionCount: 5,
    liteSubscriptionCheckTimeoutMills: 60_000,
    enableLitePopLog: false,
    popPollingSize: 10,
    maxPopPollingSize: 10,
  };
  readonly metadata: LiteMetadata;
  readonly subscriptions: LiteSubscriptions;
  readonly polling: LitePolling;
  readonly events: LiteEvents;
  readonly resets: string[] = [];

  constructor(groups: Record<string, Record<string, string>> = { G: {} }) {
    const { clock, config } = this;
    const log = silentLogger;
    this.metadata = new LiteMetadata({ config, ...tables(groups) });
    this.subscriptions = new LiteSubscriptions({ config, metadata: this.metadata, clock, log });
    this.polling = new LitePolling({ config, clock, log });
    this.events = new LiteEvents({
      ...{ config, clock, log },
      ...{ metadata: this.metadata, subscriptions: this.subscriptions, polling: this.polling },
      store: { maxOffset: (name) => this.max.get(name) ?? 0 },
      offsets: { query: (_group, name) => this.consumed.get(name) ?? -1 },
      liteQueues: () => this.max.keys(),
    });
    this.subscriptions.listener = {
      added: (client, name) => this.events.added(client, name),
      gone: (client) => this.events.gone(client),
      reset: (name, group) => this.resets.push(`${group} ${name}`),
    };
  }

  add(clientId: string, group: string, ...lites: string[]): void {
    const wish = { clientId, group, topic: PARENT, queues: lites.map(queue) };
    this.subscriptions.add(wish, () => undefined);
  }

  message(lite: string): void {
    this.max.set(queue(lite), (this.max.get(queue(lite)) ?? 0) + 1);
    this.events.dispatch(queue(lite));
  }

  fetch(clientId: string): string[] {
    return [...this.events.queuesFor(clientId)];
  }
}

function tables(groups: Record<string, Record<string, string>>) {
  const entries = Object.entries(groups).map(([groupName, attributes]) => {
    const bound = { 'lite.bind.topic': PARENT, ...attributes };
    return [groupName, { groupName, consumeEnable: true, attributes: bound }] as const;
  });
  const all = new Map(entries) as unknown as Map<string, GroupView>;
  const topic = { attributes: { 'message.type': 'LITE' } } as unknown as TopicView;
  const topics = new Map([[PARENT, topic]]);
  return {
    topics: { get: (name: string) => topics.get(name), all: () => topics } as never,
    groups: { find: (name: string) => all.get(name), all: () => all } as never,
  };
}

test('news go to one client of each group, each queue once', () => {
  const stage = new Stage({ G: {}, H: {} });
  stage.add('g1', 'G', 'a');
  stage.add('h1', 'H', 'a');
  stage.add('h2', 'H', 'b');
  stage.message('a');
  stage.message('a');
  assert.deepEqual(stage.fetch('g1'), [queue('a')]);
  assert.deepEqual(stage.fetch('h1'), [queue('a')]);
  assert.deepEqual(stage.fetch('h2'), []);
  assert.deepEqual(stage.fetch('g1'), []);
});

test('a new subscriber hears of messages that are there', () => {
  const stage = new Stage();
  stage.message('a');
  stage.add('g1', 'G', 'a', 'b');
  assert.deepEqual(stage.fetch('g1'), [queue('a')]);
});

test('news wake a request that waits', () => {
  const stage = new Stage();
  stage.add('g1', 'G', 'a');
  const served: boolean[] = [];
  const deadline = stage.clock.now() + 10_000;
  const held = { clientId: 'g1', deadline, connection: open };
  const serve = (last: boolean): unknown => served.push(last);
  assert.equal(stage.polling.hold({ ...held, serve }), 'HELD');
  stage.message('a');
  assert.deepEqual(served, [false]);
});

test('a request is answered when its time is up; one too many is not held', async () => {
  const stage = new Stage();
  await stage.polling.start();
  const served: number[] = [];
  const hold = (ms: number): string =>
    stage.polling.hold({
      ...{ clientId: 'g1', deadline: stage.clock.now() + ms, connection: open },
      serve: () => served.push(ms),
    });
  assert.deepEqual([2000, 1000, 3000, 10].map(hold), ['HELD', 'HELD', 'HELD', 'TIMEOUT']);
  stage.config.maxPopPollingSize = 3;
  assert.equal(hold(1000), 'FULL');
  stage.clock.advance(2500);
  assert.deepEqual(served, [1000, 2000]);
  await stage.polling.stop();
});

test('what a silent client does not fetch goes to another', () => {
  const stage = new Stage();
  stage.add('g1', 'G', 'a');
  stage.message('a');
  stage.add('g2', 'G', 'a');
  stage.fetch('g2'); // it may have heard of what is there
  stage.clock.advance(10_001);
  stage.events.scan();
  const [silent, other] = [stage.fetch('g1'), stage.fetch('g2')];
  assert.deepEqual([silent, other], [[], [queue('a')]]);
});

test('a client that leaves passes its news on', () => {
  const stage = new Stage();
  stage.add('g1', 'G', 'a');
  stage.message('a');
  stage.add('g2', 'G', 'a');
  stage.fetch('g2');
  stage.subscriptions.removeClient('g1');
  assert.equal(stage.subscriptions.get('g1'), undefined);
  assert.deepEqual(stage.fetch('g2'), [queue('a')]);
});

test('more news than a client may have are looked for later', () => {
  const stage = new Stage({ G: { 'lite.sub.client.max.event.cnt': '2' } });
  stage.add('g1', 'G', 'a', 'b', 'c');
  for (const lite of ['a', 'b', 'c']) stage.message(lite);
  assert.deepEqual(stage.fetch('g1'), [queue('a'), queue('b')]);
  for (const lite of ['a', 'b']) stage.consumed.set(queue(lite), 1);
  stage.events.scan();
  assert.deepEqual(stage.fetch('g1'), []);
  stage.clock.advance(10_001);
  stage.events.scan();
  assert.deepEqual(stage.fetch('g1'), [queue('c')]);
});

test('a wildcard group hears of all lite topics', () => {
  const stage = new Stage({ W: { 'lite.sub.wildcard': 'true' } });
  const wish = { clientId: 'w1', group: 'W', topic: PARENT, queues: [] };
  stage.max.set(queue('old'), 1);
  stage.subscriptions.replace(wish);
  stage.message('new');
  assert.deepEqual(stage.fetch('w1'), [queue('new')]);
  stage.clock.advance(5001);
  stage.events.scan();
  assert.deepEqual(stage.fetch('w1').sort(), [queue('new'), queue('old')].sort());
  stage.subscriptions.removeClient('w1');
  assert.deepEqual(stage.subscriptions.wildcardClients(PARENT, 'W'), []);
  assert.equal(stage.subscriptions.count, 0);
});

test('without events a client is told to look through all its lite topics', () => {
  const stage = new Stage();
  stage.config.enableLiteEventMode = false;
  stage.add('g1', 'G', 'a', 'b');
  stage.message('a');
  assert.deepEqual(stage.fetch('g1'), [queue('a'), queue('b')]);
});

test('silent clients are forgotten, those who speak are kept', () => {
  const stage = new Stage();
  stage.add('g1', 'G', 'a');
  stage.clock.advance(50_000);
  stage.add('g2', 'G', 'a');
  stage.clock.advance(20_000);
  stage.subscriptions.removeSilent();
  assert.deepEqual(stage.subscriptions.clientsOf('G'), ['g2']);
  assert.equal(stage.subscriptions.count, 1);
});

test('the quota counts what is subscribed now', () => {
  const stage = new Stage();
  stage.add('g1', 'G', 'a', 'b', 'c', 'd', 'e');
  const full = { message: 'lite subscription quota exceeded 5', responseCode: 2018 };
  assert.throws(() => stage.add('g2', 'G', 'a'), full);
  const wish = { clientId: 'g1', group: 'G', topic: PARENT, queues: [queue('a')] };
  stage.subscriptions.remove(wish);
  stage.add('g2', 'G', 'a');
  stage.subscriptions.forgetQueue(queue('b'));
  assert.equal(stage.subscriptions.count, 4);
  assert.deepEqual([...(stage.subscriptions.get('g1')?.queues ?? [])].length, 3);
});

test('an exclusive group keeps the last subscriber, which may begin anew', () => {
  const exclusive = { 'lite.sub.model': 'Exclusive', 'lite.sub.reset.offset.exclusive': 'true' };
  const stage = new Stage({ X: exclusive });
  const told: unknown[] = [];
  const oneway = (name: string, header: unknown): unknown => told.push([name, header]);
  stage.subscriptions.connected('x1', { oneway } as unknown as Connection);
  stage.add('x1', 'X', 'a');
  stage.add('x1', 'X', 'a');
  assert.deepEqual(told, []);
  stage.add('x2', 'X', 'a');
  const header = { clientId: 'x1', consumerGroup: 'X', liteTopic: 'a' };
  assert.deepEqual(told, [['NOTIFY_UNSUBSCRIBE_LITE', header]]);
  assert.deepEqual(stage.resets, [`X ${queue('a')}`]);
  assert.deepEqual(stage.subscriptions.subscribers(queue('a')), new Map([['X', ['x2']]]));
});
