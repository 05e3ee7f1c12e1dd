// Keys of the table of committed offsets, and the order in which RocketMQ writes its rows.

import { LMQ_PREFIX } from '../../../protocol/flags.js';
import { inJavaOrder } from '../metadata/java-order.js';

export type QueueOffsets = Map<number, number>;
export type OffsetRows = Map<string, QueueOffsets>;

/** Buckets of the maps and sets in which RocketMQ gathers the topics of groups. */
const GROUP_BUCKETS = 128;
const TOPIC_BUCKETS = 8;
export const SEPARATOR = '@';

/** The key that was made last: a consumer asks for one queue of a topic after the other. */
let last = { topic: '', group: '', key: SEPARATOR };

export function keyOf(topic: string, group: string): string {
  if (topic !== last.topic || group !== last.group) {
    last = { topic, group, key: topic + SEPARATOR + group };
  }
  return last.key;
}

/** Topic and group of a key; a broadcast group's key has a third part. */
export function partsOf(key: string): [topic: string, group: string] {
  const at = key.indexOf(SEPARATOR);
  return [key.slice(0, at), key.slice(at + 1)];
}

export function groupTopics(table: OffsetRows): Map<string, string[]> {
  const topics = new Map<string, string[]>();
  for (const key of table.keys()) {
    const [topic, group] = partsOf(key);
    if (group.includes(SEPARATOR)) continue;
    const list = topics.get(group);
    if (list) list.push(topic);
    else topics.set(group, [topic]);
  }
  const sets = [...inJavaOrder(topics, GROUP_BUCKETS)].map(([group, names]) => {
    const set = inJavaOrder(new Map(names.map((name) => [name, true])), TOPIC_BUCKETS);
    return [group, [...set.keys()]] as [string, string[]];
  });
  return new Map(sets);
}

/** As RocketMQ writes it: keys in the order of its map, queues by number. */
export function inOrder(table: OffsetRows, buckets: number): OffsetRows {
  const rows = [...inJavaOrder(table, buckets)].map(([key, queues]) => {
    return [key, new Map([...queues].sort(([a], [b]) => a - b))] as const;
  });
  return new Map(rows);
}

/** Rows of light groups, which have but one queue, apart from the others. */
export function splitLight(table: OffsetRows): { light: Map<string, number>; rows: OffsetRows } {
  const light = new Map<string, number>();
  const rows: OffsetRows = new Map();
  for (const [key, queues] of table) {
    if (partsOf(key)[1].startsWith(LMQ_PREFIX)) light.set(key, queues.get(0) ?? 0);
    else rows.set(key, queues);
  }
  return { light, rows };
}
