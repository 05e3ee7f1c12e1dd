// Static topics: a fixed number of logical queues, wherever their messages are (updateStaticTopic,
// remappingStaticTopic). The plans are static-plan's; here they meet the brokers.

import { MqError } from '../../base/errors.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import {
  decodeMappedTopic,
  encodeMapping,
  mappedTopicOf,
  mappingJson,
  type MappingItem,
} from '../../protocol/bodies/static-topic.js';
import type { TopicOffset } from '../../protocol/bodies/topic.js';
import type { JsonObject } from '../../protocol/fastjson.js';
import { MASTER_ID, SystemTopic } from '../../protocol/flags.js';
import { ResponseCode } from '../../protocol/responses.js';
import { MOCK_BROKER } from '../logical-queues.js';
import type { Session } from '../session.js';
import { masterNamed } from '../targets.js';
import {
  agreed,
  leadersOf,
  type Mapped,
  type MappingTable,
  newMapped,
  planQueues,
  planRemapping,
  type StaticPlan,
} from './static-plan.js';
import { topicStatsAt } from './topics.js';

/** Logical offsets of a new part begin at a multiple of this. */
const BLOCK = 10_000;

/** Brokers that the commands' options name: by name, or all of clusters. */
export async function namedBrokers(
  session: Session,
  { brokers, clusters }: { brokers?: readonly string[]; clusters?: readonly string[] },
): Promise<Set<string>> {
  const { clusterAddrTable } = await session.clusterInfo();
  const names = brokers ?? (clusters ?? []).flatMap((name) => clusterAddrTable.get(name) ?? []);
  if (names.length === 0) throw new MqError('USAGE', { text: 'no broker is named' });
  for (const name of names) await masterNamed(session, name);
  return new Set(names);
}

/** The topic on every broker that has it as a static one. */
export async function mappingTable(session: Session, topic: string): Promise<MappingTable> {
  const table: MappingTable = new Map();
  const { brokerAddrTable } = await session.clusterInfo();
  const allow = [ResponseCode.TOPIC_NOT_EXIST];
  const header = { topic, lo: true };
  for (const [name, { brokerAddrs }] of brokerAddrTable) {
    const address = brokerAddrs.get(MASTER_ID);
    if (address === undefined) continue;
    const answer = await session.request(address, 'GET_TOPIC_CONFIG', header, { allow });
    if (answer.code !== ResponseCode.SUCCESS) continue;
    const { config, mapping } = decodeMappedTopic(answer.body);
    if (!mapping) throw new MqError('USAGE', { text: `${topic} on ${name} is no static topic` });
    table.set(name, { config, mapping });
  }
  return table;
}

/** What a command writes down before and after, so that a change can be looked at or undone. */
export function mappingDocument(plan: StaticPlan): JsonObject {
  const brokerConfigMap = [...plan.brokers].map(([name, { config, mapping }]) => [
    name,
    { ...config, mappingDetail: mappingJson(mapping) },
  ]);
  return {
    topic: plan.topic,
    type: plan.type,
    epoch: plan.epoch,
    brokerConfigMap: Object.fromEntries(brokerConfigMap) as JsonObject,
    brokerToMapIn: [...plan.brokersToMapIn],
    brokerToMapOut: [...plan.brokersToMapOut],
  };
}

/** The brokers of a document that mappingDocument, or RocketMQ, wrote. */
export function mappingTableOf(document: JsonObject): MappingTable {
  const entries = Object.entries((document.brokerConfigMap ?? {}) as JsonObject);
  return new Map(
    entries.map(([name, value]) => [name, mappedTopicOf(value as JsonObject) as Mapped]),
  );
}

/** The state before a change, as a plan that changes nothing. */
export async function presentPlan(session: Session, topic: string): Promise<StaticPlan> {
  const brokers = await mappingTable(session, topic);
  const { epoch } = agreed(topic, brokers);
  const none = { brokersToMapIn: new Set<string>(), brokersToMapOut: new Set<string>() };
  const start = brokers.size === 0 ? session.clock.now() : epoch;
  return { topic, type: 'CREATE_OR_UPDATE', epoch: start, brokers, ...none };
}

/** updateStaticTopic: the plan for so many queues on these brokers and those that have it. */
export async function planStaticTopic(
  session: Session,
  { topic, queues, targets }: { topic: string; queues: number; targets: ReadonlySet<string> },
): Promise<StaticPlan> {
  const brokers = await mappingTable(session, topic);
  const all = new Set([...targets, ...brokers.keys()]);
  return planQueues(topic, queues, all, brokers, session.clock.now());
}

/** remappingStaticTopic: the plan that moves the queues to these brokers. */
export async function planStaticRemapping(
  session: Session,
  { topic, targets }: { topic: string; targets: ReadonlySet<string> },
): Promise<StaticPlan> {
  const brokers = await mappingTable(session, topic);
  if (brokers.size === 0) throw new MqError('TOPIC_NOT_FOUND', { topic });
  return planRemapping(topic, targets, brokers, session.clock.now());
}

/** Tells the brokers; every other broker of their clusters learns that it has no queue. */
export async function applyPlan(
  session: Session,
  plan: StaticPlan,
  options: { force?: boolean } = {},
): Promise<void> {
  const { topic, brokers, brokersToMapIn, brokersToMapOut } = plan;
  leadersOf(topic, brokers);
  await addBystanders(session, plan);
  const put = (names: Iterable<string>): Promise<void> => putAll(session, plan, names, options);
  // The new leaders take writes first, then the old ones stop, then the offsets are known.
  await put(brokersToMapIn);
  await put(brokersToMapOut);
  for (const name of brokersToMapOut) await decideOffsets(session, plan, name);
  await put(brokersToMapIn);
  const moved = new Set([...brokersToMapIn, ...brokersToMapOut]);
  await put([...brokers.keys()].filter((name) => !moved.has(name)));
}

async function addBystanders(session: Session, plan: StaticPlan): Promise<void> {
  const { clusterAddrTable } = await session.clusterInfo();
  const { topic, brokers, epoch } = plan;
  const { queues } = agreed(topic, brokers);
  for (const names of clusterAddrTable.values()) {
    if (!names.some((name) => brokers.has(name))) continue;
    for (const name of names) {
      if (!brokers.has(name)) brokers.set(name, newMapped(topic, name, queues, epoch));
    }
  }
}

async function putAll(
  session: Session,
  { topic, brokers }: StaticPlan,
  names: Iterable<string>,
  { force = false }: { force?: boolean },
): Promise<void> {
  for (const name of names) {
    const { config, mapping } = brokers.get(name)!;
    const { readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order } = config;
    const counts = { readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order };
    const header = { topic, defaultTopic: SystemTopic.AUTO_CREATE, ...counts, force };
    const body = encodeMapping(mapping);
    const address = await masterNamed(session, name);
    await session.request(address, 'UPDATE_AND_CREATE_STATIC_TOPIC', header, { body });
  }
}

/** The new part of each queue begins well behind what the old leader has taken. */
async function decideOffsets(session: Session, plan: StaticPlan, name: string): Promise<void> {
  const stats = await topicStatsAt(session, await masterNamed(session, name), plan.topic);
  const offsets = [...stats.offsetTable];
  for (const items of plan.brokers.get(name)!.mapping.hostedQueues.values()) {
    const [before, leader] = items.slice(-2);
    if (!before || !leader || leader.logicOffset > 0 || before.bname !== name) continue;
    const found = offsets.find(([queue]) => queue.queueId === before.queueId);
    if (!found) throw new MqError('NO_QUEUE', { topic: plan.topic, use: 'read' });
    leader.logicOffset = nextBlock(logicalOffset(before, found[1].maxOffset));
  }
}

/** A multiple of BLOCK that leaves at least half a block of room (blockSeqRoundUp). */
const nextBlock = (offset: number): number =>
  (Math.floor(offset / BLOCK) + (offset % BLOCK < BLOCK / 2 ? 1 : 2)) * BLOCK;

const logicalOffset = (item: MappingItem, offset: number): number =>
  item.logicOffset + Math.max(0, offset - item.startOffset);

/** Offsets of the logical queues, which no broker tells (convertPhysicalTopicStats). */
export async function logicalQueues(
  session: Session,
  topic: string,
  queues: readonly (MessageQueue & TopicOffset)[],
): Promise<(MessageQueue & TopicOffset)[]> {
  const brokers = await mappingTable(session, topic);
  const rows: (MessageQueue & TopicOffset)[] = [];
  const at = ({ bname, queueId }: MappingItem) =>
    queues.find((queue) => queue.brokerName === bname && queue.queueId === queueId);
  for (const [queueId, items] of leadersOf(topic, brokers)) {
    const decided = items.filter((item) => item.logicOffset >= 0);
    const [oldest, newest] = [decided[0], decided.at(-1)];
    const [first, last] = [oldest && at(oldest), newest && at(newest)];
    if (!oldest || !newest || !first || !last) continue;
    rows.push({
      topic,
      brokerName: MOCK_BROKER,
      queueId,
      minOffset: logicalOffset(oldest, first.minOffset),
      maxOffset: logicalOffset(newest, last.maxOffset),
      lastUpdateTimestamp: last.lastUpdateTimestamp,
    });
  }
  return rows;
}
