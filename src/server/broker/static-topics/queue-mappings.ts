// Where the queues of static topics are (TopicQueueMappingManager): topicQueueMapping.json.

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import type { JsonObject } from '../../../protocol/fastjson.js';
import {
  mappingJson,
  mappingsOf,
  type MappingTable,
  type QueueMapping,
} from '../../../protocol/bodies/static-topic.js';
import type { DataVersion } from '../../../protocol/bodies/topic.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { type ConfigFile, configFile, type TextFiles } from '../metadata/config-file.js';
import { list, record, table } from '../metadata/unknown-fields.js';
import { checkItems, checkUnchanged } from './mapping-items.js';

export interface QueueMappingsOptions {
  config: { brokerName: string };
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

const json = (mappings: ReadonlyMap<string, QueueMapping>): JsonObject =>
  Object.fromEntries([...mappings].map(([topic, mapping]) => [topic, mappingJson(mapping)]));

/** Parts of a logical queue are told apart by their generation. */
const MAPPING = record({ hostedQueues: table(list('gen', record())) });
const SHAPE = record({ topicQueueMappingInfoMap: table(MAPPING) });

export class QueueMappings implements Part {
  dataVersion: DataVersion;
  private table = new Map<string, QueueMapping>();
  private readonly file: ConfigFile;
  private readonly listeners: ((topic: string) => void)[] = [];

  constructor(private readonly options: QueueMappingsOptions) {
    const { clock, files, log, storePathRootDir: root } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    this.file = configFile({
      ...{ root, name: 'topicQueueMapping.json', files, clock, log, periodMs: 0 },
      onlyOnChange: true,
      shape: SHAPE,
      state: () => ({ dataVersion: this.dataVersion, topicQueueMappingInfoMap: this.json() }),
      load: ({ topicQueueMappingInfoMap, dataVersion }) => {
        const loaded = mappingsOf(topicQueueMappingInfoMap, dataVersion);
        this.table = loaded.mappings;
        this.dataVersion = loaded.dataVersion;
      },
    });
  }

  start(): Promise<void> {
    return this.file.start();
  }

  stop(): Promise<void> {
    return this.file.stop();
  }

  /** Calls `listener` when the queues of a topic may be elsewhere than before. */
  onChange(listener: (topic: string) => void): void {
    this.listeners.push(listener);
  }

  get(topic: string): QueueMapping | undefined {
    return this.table.get(topic);
  }

  topics(): string[] {
    return [...this.table.keys()];
  }

  /** Mappings of all topics, or of those that are named, as GET_ALL_TOPIC_CONFIG answers them. */
  json(topics?: ReadonlySet<string>): JsonObject {
    if (!topics) return json(this.table);
    return json(new Map([...this.table].filter(([topic]) => topics.has(topic))));
  }

  /**
   * What a request makes of a topic's mapping; throws a refusal and changes nothing when it
   * contradicts what is known. `force` keeps only queues of the old one that the new one lacks.
   */
  merged(wish: QueueMapping, force: boolean): QueueMapping {
    const { brokerName } = this.options.config;
    if (wish.bname !== brokerName) {
      throw refused(`The mapping is of broker ${wish.bname}, this is ${brokerName}`);
    }
    for (const items of wish.hostedQueues.values()) checkItems(items);
    const old = this.table.get(wish.topic);
    if (!old) return wish;
    if (!force) checkFollows(old, wish);
    return { ...wish, hostedQueues: new Map([...old.hostedQueues, ...wish.hostedQueues]) };
  }

  put(mapping: QueueMapping): void {
    this.table.set(mapping.topic, mapping);
    this.changed();
    const { topic, epoch, hostedQueues } = mapping;
    const text = `epoch ${epoch}, ${hostedQueues.size} queues`;
    this.options.log.info(`queue mapping of static topic ${topic}: ${text}`);
    for (const listener of this.listeners) listener(topic);
  }

  delete(topic: string): void {
    if (!this.table.delete(topic)) return;
    this.options.log.info(`delete queue mapping of static topic ${topic}`);
    this.changed();
  }

  /** Takes over a master's table. */
  replace({ mappings, dataVersion }: MappingTable): void {
    this.table = mappings;
    this.dataVersion = dataVersion;
    this.file.persist();
  }

  private changed(): void {
    const { counter, stateVersion } = this.dataVersion;
    const timestamp = this.options.clock.now();
    this.dataVersion = { counter: counter + 1, stateVersion, timestamp };
    this.file.persist();
  }
}

const refused = (reason: string): Error => refuse(ResponseCode.SYSTEM_ERROR, reason);

function checkFollows(old: QueueMapping, wish: QueueMapping): void {
  if (wish.epoch < old.epoch) {
    throw refused(`Can't accept data with small epoch ${wish.epoch} < ${old.epoch}`);
  }
  if (wish.scope !== old.scope) {
    throw refused(`Can't accept data with unmatched scope ${wish.scope} != ${old.scope}`);
  }
  const sameEpoch = wish.epoch === old.epoch;
  for (const [id, items] of old.hostedQueues) {
    const after = wish.hostedQueues.get(id);
    if (after) checkUnchanged(items, after, sameEpoch);
    else if (sameEpoch) throw refused('Cannot accept equal epoch with null data');
  }
}
