// Where the logical queues of a static topic go: pure planning and its checks
// (TopicQueueMappingUtils). A plan is checked before and after; a broken one is never sent.

import { MqError } from '../../base/errors.js';
import type { MappedTopic, MappingItem, QueueMapping } from '../../protocol/bodies/static-topic.js';
import { newTopicConfig } from '../../protocol/bodies/topic.js';

/** The topic on a broker, with its queues. */
export type Mapped = Required<MappedTopic>;
/** By broker name. */
export type MappingTable = Map<string, Mapped>;

export interface StaticPlan {
  topic: string;
  type: 'CREATE_OR_UPDATE' | 'REMAPPING';
  epoch: number;
  brokers: MappingTable;
  brokersToMapIn: Set<string>;
  brokersToMapOut: Set<string>;
}

const EPOCH_STEP_MS = 1000;

function broken(topic: string, reason: string): MqError {
  return new MqError('USAGE', { text: `static topic ${topic}: ${reason}` }, { responseCode: 1 });
}

export function newMapped(
  topic: string,
  bname: string,
  totalQueues: number,
  epoch: number,
): Mapped {
  const hostedQueues = new Map<number, MappingItem[]>();
  const place = { topic, scope: '__global__', totalQueues, bname, epoch, dirty: false };
  const config = newTopicConfig(topic, { readQueueNums: 0, writeQueueNums: 0 });
  return { config, mapping: { ...place, hostedQueues } };
}

/** Epoch and number of queues, which all brokers must agree on. */
export function agreed(topic: string, brokers: MappingTable): { epoch: number; queues: number } {
  let first: QueueMapping | undefined;
  for (const [name, { mapping }] of brokers) {
    const { bname, dirty, epoch, scope, totalQueues } = mapping;
    if (bname !== name) throw broken(topic, `broker ${name} calls itself ${bname}`);
    if (dirty) throw broken(topic, `its mapping on ${name} is dirty`);
    if (mapping.topic !== topic) throw broken(topic, `${name} maps ${mapping.topic}`);
    first ??= mapping;
    if (first.scope !== scope || first.epoch !== epoch || first.totalQueues !== totalQueues) {
      throw broken(topic, `${first.bname} and ${name} do not agree on its queues`);
    }
  }
  return { epoch: first?.epoch ?? -1, queues: first?.totalQueues ?? 0 };
}

/** Items of every logical queue, as its leader has them; whole and without overlaps. */
export function leadersOf(topic: string, brokers: MappingTable): Map<number, MappingItem[]> {
  const leaders = new Map<number, MappingItem[]>();
  for (const { mapping } of brokers.values()) {
    for (const [id, items] of mapping.hostedQueues) {
      checkItems(topic, id, items);
      if (items.at(-1)!.bname !== mapping.bname) continue;
      if (leaders.has(id)) throw broken(topic, `queue ${id} has two leaders`);
      leaders.set(id, items);
    }
  }
  const { queues } = agreed(topic, brokers);
  for (let id = 0; id < queues; id++) {
    if (!leaders.has(id)) throw broken(topic, `queue ${id} has no leader`);
  }
  checkPhysicalQueues(topic, leaders, brokers);
  return new Map([...leaders].sort(([a], [b]) => a - b));
}

function checkItems(topic: string, id: number, items: readonly MappingItem[]): void {
  if (items.length === 0) throw broken(topic, `queue ${id} is nowhere`);
  items.forEach((item, i) => {
    const next = items[i + 1];
    if (!next) return;
    if (item.logicOffset < 0) throw broken(topic, `queue ${id} has an undecided old part`);
    if (next.gen <= item.gen) throw broken(topic, `queue ${id} has parts out of order`);
    if (next.logicOffset !== -1 && next.logicOffset <= item.logicOffset) {
      throw broken(topic, `queue ${id} has parts that overlap`);
    }
  });
}

function checkPhysicalQueues(
  topic: string,
  leaders: ReadonlyMap<number, MappingItem[]>,
  brokers: MappingTable,
): void {
  const owner = new Map<string, number>();
  for (const [id, items] of leaders) {
    for (const { bname, queueId, startOffset } of items) {
      const place = `${bname} ${queueId}`;
      const other = owner.get(place);
      if (other !== undefined) throw broken(topic, `queues ${other} and ${id} share ${place}`);
      owner.set(place, id);
      const config = brokers.get(bname)?.config;
      if (!config) throw broken(topic, `queue ${id} was on ${bname}, which is gone`);
      if (queueId >= config.writeQueueNums) throw broken(topic, `${place} is beyond its queues`);
      if (startOffset !== 0) throw broken(topic, `${place} does not begin at 0`);
    }
  }
}

/** Creates the topic, or gives it more queues: on the brokers that have the fewest. */
export function planQueues(
  topic: string,
  queues: number,
  targets: ReadonlySet<string>,
  brokers: MappingTable,
  now: number,
): StaticPlan {
  const old = agreed(topic, brokers);
  const leaders = leadersOf(topic, brokers);
  if (queues <= leaders.size) {
    throw broken(topic, `it has ${leaders.size} queues, their number can only grow`);
  }
  const counts = new Map([...targets].sort().map((name) => [name, 0]));
  for (const items of leaders.values()) {
    const { bname } = items.at(-1)!;
    counts.set(bname, (counts.get(bname) ?? 0) + 1);
  }
  for (let id = leaders.size; id < queues; id++) {
    const bname = fewest(counts);
    counts.set(bname, counts.get(bname)! + 1);
    const mapped = brokers.get(bname) ?? newMapped(topic, bname, queues, now);
    brokers.set(bname, mapped);
    mapped.mapping.hostedQueues.set(id, [addQueue(mapped, { gen: 0, logicOffset: 0 })]);
  }
  return finished({ topic, type: 'CREATE_OR_UPDATE', brokers, queues, oldEpoch: old.epoch, now });
}

const fewest = (counts: ReadonlyMap<string, number>): string =>
  [...counts].reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0];

/** A new physical queue on a broker, as the next part of a logical one. */
function addQueue(mapped: Mapped, part: { gen: number; logicOffset: number }): MappingItem {
  const { config, mapping } = mapped;
  config.writeQueueNums++;
  config.readQueueNums = Math.max(config.readQueueNums + 1, config.writeQueueNums);
  return {
    ...part,
    queueId: config.writeQueueNums - 1,
    bname: mapping.bname,
    startOffset: 0,
    endOffset: -1,
    timeOfStart: -1,
    timeOfEnd: -1,
  };
}

/** Moves queues so that the target brokers share them evenly, as few of them as possible. */
export function planRemapping(
  topic: string,
  targets: ReadonlySet<string>,
  brokers: MappingTable,
  now: number,
): StaticPlan {
  const old = agreed(topic, brokers);
  const leaders = leadersOf(topic, brokers);
  const room = sharesOf(leaders, targets);
  const homeless: number[] = [];
  for (const [id, items] of leaders) {
    const { bname } = items.at(-1)!;
    const left = room.get(bname) ?? 0;
    if (left > 0) room.set(bname, left - 1);
    else homeless.push(id);
  }
  const brokersToMapIn = new Set<string>();
  const brokersToMapOut = new Set<string>();
  for (const [bname, count] of room) {
    for (const id of homeless.splice(0, count)) {
      const items = leaders.get(id)!;
      const last = items.at(-1)!;
      const target = brokers.get(bname) ?? newMapped(topic, bname, old.queues, now);
      brokers.set(bname, target);
      const moved = [...items, addQueue(target, { gen: last.gen + 1, logicOffset: -1 })];
      // Old and new leader hold the same list: what is decided later counts for both.
      target.mapping.hostedQueues.set(id, moved);
      brokers.get(last.bname)!.mapping.hostedQueues.set(id, moved);
      brokersToMapIn.add(bname);
      brokersToMapOut.add(last.bname);
    }
  }
  const { epoch, queues } = old;
  const plan = finished({ topic, type: 'REMAPPING', brokers, queues, oldEpoch: epoch, now });
  return { ...plan, brokersToMapIn, brokersToMapOut };
}

/** How many queues each target shall have; who has many now keeps one more. */
function sharesOf(
  leaders: ReadonlyMap<number, MappingItem[]>,
  targets: ReadonlySet<string>,
): Map<string, number> {
  const had = new Map<string, number>();
  for (const items of leaders.values()) {
    const { bname } = items.at(-1)!;
    had.set(bname, (had.get(bname) ?? 0) + 1);
  }
  const names = [...targets].sort(
    (a, b) => (had.get(b) ?? 0) - (had.get(a) ?? 0) || (a < b ? -1 : 1),
  );
  const each = Math.floor(leaders.size / names.length);
  const rest = leaders.size % names.length;
  return new Map(names.map((name, i) => [name, each + (i < rest ? 1 : 0)]));
}

function finished(args: {
  topic: string;
  type: StaticPlan['type'];
  brokers: MappingTable;
  queues: number;
  oldEpoch: number;
  now: number;
}): StaticPlan {
  const { topic, type, brokers, queues, oldEpoch, now } = args;
  const epoch = Math.max(oldEpoch + EPOCH_STEP_MS, now);
  for (const { mapping } of brokers.values()) {
    mapping.epoch = epoch;
    mapping.totalQueues = queues;
  }
  leadersOf(topic, brokers);
  const none = new Set<string>();
  return { topic, type, epoch, brokers, brokersToMapIn: none, brokersToMapOut: new Set(none) };
}
