// A store goes back into a broker of Apache RocketMQ 4.9.7, stopped in order and killed, and comes
// from there again, with files so small that all kinds of them roll over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DecodedRecord, decodeRecords } from '../../src/protocol/message.js';
import { parseProperties } from '../../src/protocol/properties.js';
import { Reader } from '../crash/reader.js';
import { ClusterProcesses, type Launch } from '../support/cluster.js';
import { olderLaunch, olderRelease } from '../support/release.js';
import { ourLaunch } from '../support/release-tree.js';
import { type Ending, endingWith } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const TOPIC = 'Older';
const QUEUES = 3;
const GROUP = 'G_older';
const SETTINGS = {
  mappedFileSizeCommitLog: 64 * 1024,
  mappedFileSizeConsumeQueue: 20 * 50,
  maxHashSlotNum: 100,
  maxIndexNum: 400,
  messageDelayLevel: '1s 3s 1h',
};
/** Levels of `messageDelayLevel`: over while brokers change, and not over. */
const [SOON, LATE] = ['2', '3'];

type System = 'ours' | 'older';

interface Message {
  /** `queue/offset`, place in the log, and time. */
  place: string;
  physicalOffset: number;
  body: string;
  properties: Record<string, string>;
}

class Moving {
  private system: System = 'ours';
  private sent = 0;
  /** Of the group in one queue; brokers that are killed may have an older one. */
  private committed = 0;
  /** Unique keys that are to be seen. */
  private readonly keys = new Set<string>();
  /** What was seen last: it stays where it is. */
  private seen: Message[] = [];

  private constructor(
    private readonly cluster: ClusterProcesses,
    private readonly wire: Wire,
    private readonly launchNext: (system: System) => void,
  ) {}

  static async start(ending: Ending, launches: Record<System, Launch>): Promise<Moving> {
    let broker = launches.ours;
    const launch: Launch = (role, ...rest) =>
      (role === 'broker' ? broker : launches.ours)(role, ...rest);
    const cluster = await ClusterProcesses.start(ending, launch, SETTINGS);
    const wire = new Wire(ending, cluster);
    await wire.createTopic(TOPIC, QUEUES);
    const body = Buffer.from(JSON.stringify({ groupName: GROUP, consumeEnable: true }));
    await wire.client.request(cluster.broker, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, { body });
    return new Moving(cluster, wire, (system) => (broker = launches[system]));
  }

  /** The other broker takes the store over, and shows what was there; it gets more to keep. */
  async to(system: System, end: 'stop' | 'kill'): Promise<void> {
    await this.cluster[end]('broker');
    this.launchNext(system);
    this.system = system;
    await this.cluster.startRole('broker');
    await this.check();
    const [, committed] = await this.wire.committed(GROUP, TOPIC, QUEUES);
    if (end === 'stop') assert.equal(committed, this.committed, this.system);
    await this.fill(100);
  }

  async fill(count: number): Promise<void> {
    const delays = [LATE, SOON, ...new Array<undefined>(count).fill(undefined)];
    await Promise.all(delays.map((delay) => this.send(delay)));
    const header = { consumerGroup: GROUP, topic: TOPIC, queueId: 1, commitOffset: this.sent };
    await this.wire.client.request(this.cluster.broker, 'UPDATE_CONSUMER_OFFSET', header);
    this.committed = this.sent;
    await this.check();
  }

  private async send(delay?: string): Promise<void> {
    const number = this.sent++;
    const body = `${this.system} ${number} `.padEnd((number * 37) % 2000, 'é');
    const UNIQ_KEY = `u${number}`;
    if (delay !== LATE) this.keys.add(UNIQ_KEY);
    await this.wire.send(TOPIC, number % QUEUES, body, {
      ...{ UNIQ_KEY, KEYS: `k${number} all`, TAGS: `t${number % 3}`, WAIT: 'true' },
      ...(delay === undefined ? {} : { DELAY: delay }),
    });
  }

  private async check(): Promise<void> {
    const messages = await until('all messages', async (saw) => {
      const all = await this.messages();
      const missing = new Set(this.keys);
      for (const { properties } of all) missing.delete(properties.UNIQ_KEY!);
      return saw([...missing]).length === 0 && all;
    });
    const byPlace = new Map(messages.map((one) => [one.place, one]));
    for (const one of this.seen) assert.deepEqual(byPlace.get(one.place), one, this.system);
    const unknown = messages.filter(({ properties }) => !this.keys.has(properties.UNIQ_KEY!));
    assert.deepEqual(unknown, [], this.system);
    const indexed = messages.map(async ({ properties, physicalOffset, place }) => {
      const hits = await this.query(properties.UNIQ_KEY!);
      assert.ok(hits.includes(physicalOffset), `${this.system}: ${place} is not in the index`);
    });
    await Promise.all(indexed);
    this.seen = messages;
  }

  private async messages(): Promise<Message[]> {
    const reader = new Reader(this.cluster.broker);
    const messages: Message[] = [];
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      const records = await reader.read(TOPIC, queueId, 0);
      assert.deepEqual(
        records.map(({ queueOffset }) => queueOffset),
        records.map((_, i) => i),
        'no gap, nothing twice',
      );
      messages.push(...records.map(messageOf));
    }
    reader.close();
    return messages;
  }

  private async query(key: string): Promise<number[]> {
    const header = { topic: TOPIC, key, maxNum: 32, beginTimestamp: 0, endTimestamp: 1e15 };
    const answer = await this.wire.client.request(this.cluster.broker, 'QUERY_MESSAGE', header);
    return decodeRecords(answer.body).map(({ physicalOffset }) => physicalOffset);
  }
}

function messageOf(record: DecodedRecord): Message {
  const { queueId, queueOffset, physicalOffset, storeTimestamp, body, properties } = record;
  return {
    place: `${queueId}/${queueOffset} ${physicalOffset} ${storeTimestamp}`,
    physicalOffset,
    body: body.toString(),
    properties: parseProperties(properties),
  };
}

test('a store goes to RocketMQ 4.9 and back, and there again', async (t) => {
  const release = await need(t, olderRelease);
  if (!release) return;
  const ending = endingWith((work) => t.after(work));
  const moving = await Moving.start(ending, { ours: ourLaunch(), older: olderLaunch(release) });
  await moving.fill(200);
  for (const [system, end] of [
    ['older', 'stop'],
    ['ours', 'kill'],
    ['older', 'kill'],
  ] as const) {
    const since = performance.now();
    await moving.to(system, end);
    t.diagnostic(`to ${system} after ${end}: ${Math.round(performance.now() - since)} ms`);
  }
});
