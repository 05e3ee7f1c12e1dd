// Forgets parts of logical queues that no message is left of, and queues that have moved on from
// this broker twice (TopicQueueMappingCleanService), at the hour of deleteWhen.

import type { Clock } from '../../../base/clock.js';
import { describeError, type Logger } from '../../../base/log.js';
import type { MappingItem, QueueMapping } from '../../../protocol/bodies/static-topic.js';
import { decodeMappedTopic } from '../../../protocol/bodies/static-topic.js';
import type { Peers } from './peers.js';
import type { QueueMappings } from './queue-mappings.js';
import { QueueParts, type QueuePartsDeps } from './queue-parts.js';

export interface MappingCleanerDeps extends QueuePartsDeps {
  config: { brokerName: string };
  storeConfig: { deleteWhen: string };
  mappings: QueueMappings;
  peers: Peers;
  clock: Clock;
  log: Logger;
}

/** Undefined of a broker that knows another state of the topic. */
type Hosted = ReadonlyMap<number, MappingItem[]> | undefined;

export async function cleanMappings(deps: MappingCleanerDeps): Promise<void> {
  const { clock, mappings, storeConfig } = deps;
  const hour = new Date(clock.now()).getHours();
  if (!storeConfig.deleteWhen.split(';').some((text) => Number(text) === hour)) return;
  for (const topic of mappings.topics()) await cleanTopic(deps, topic);
}

async function cleanTopic(deps: MappingCleanerDeps, topic: string): Promise<void> {
  const { mappings, log } = deps;
  try {
    const before = mappings.get(topic);
    if (!before) return;
    const shortened = await withoutEmptyParts(deps, before);
    const hostedQueues = await withoutMovedOn(deps, { ...before, hostedQueues: shortened });
    const same = [...before.hostedQueues].every(([id, items]) => hostedQueues.get(id) === items);
    // A request may have changed it meanwhile; then the next round looks again.
    if (!same && mappings.get(topic) === before) mappings.put({ ...before, hostedQueues });
  } catch (error) {
    log.warn(`static topic ${topic} is not cleaned: ${describeError(error)}`);
  }
}

const leads = (items: readonly MappingItem[], { bname }: QueueMapping): boolean =>
  items.at(-1)?.bname === bname;

/** The oldest part goes when all its messages are gone; the last part stays. */
async function withoutEmptyParts(
  deps: MappingCleanerDeps,
  mapping: QueueMapping,
): Promise<Map<number, MappingItem[]>> {
  const kept = new Map(mapping.hostedQueues);
  for (const [id, items] of mapping.hostedQueues) {
    const [oldest, ...rest] = items;
    if (!oldest || rest.length === 0 || !leads(items, mapping)) continue;
    const parts = new QueueParts(deps, { id, mapping, items });
    const max = await parts.maxOffset(oldest);
    if (max !== 0 && max !== (await parts.minOffset(oldest))) continue;
    kept.set(id, rest);
    const { bname, queueId } = oldest;
    deps.log.info(`${mapping.topic} queue ${id} has no message left in ${bname} queue ${queueId}`);
  }
  return kept;
}

/** A queue that moved to a broker which it has left too is of no use here any more. */
async function withoutMovedOn(
  deps: MappingCleanerDeps,
  mapping: QueueMapping,
): Promise<Map<number, MappingItem[]>> {
  const kept = new Map(mapping.hostedQueues);
  const followers = new Map<string, Hosted>();
  for (const [id, items] of mapping.hostedQueues) {
    const to = items.at(-1)?.bname;
    if (to === undefined || to === mapping.bname) continue;
    if (!followers.has(to)) followers.set(to, await hostedBy(deps, mapping, to));
    const hosted = followers.get(to);
    if (!hosted || hosted.get(id)?.at(-1)?.bname === to) continue;
    kept.delete(id);
    deps.log.info(`${mapping.topic} queue ${id} has moved on from ${to}, it is forgotten here`);
  }
  return kept;
}

/** Queues of another broker, as long as it knows the same state of the topic. */
async function hostedBy(
  { peers }: MappingCleanerDeps,
  { topic, epoch, totalQueues }: QueueMapping,
  broker: string,
): Promise<Hosted> {
  const header = { topic, bname: broker, lo: true };
  const { body } = await peers.request(broker, 'GET_TOPIC_CONFIG', header);
  const { mapping } = decodeMappedTopic(body);
  const agrees = mapping?.epoch === epoch && mapping.totalQueues === totalQueues;
  return agrees ? mapping.hostedQueues : undefined;
}
