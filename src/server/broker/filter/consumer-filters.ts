// Which groups filter which topics by expressions (ConsumerFilterManager): consumerFilter.json, and
// the bits of the filters that a message passes (CommitLogDispatcherCalcBitMap).

import type { Clock, Timer } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import { numberOf, objectOf, textOf } from '../../../protocol/bodies/json.js';
import { type Json, type JsonObject, stringTable } from '../../../protocol/fastjson.js';
import { Property } from '../../../protocol/flags.js';
import { type ConfigFile, configFile, type TextFiles } from '../metadata/config-file.js';
import { record, table } from '../metadata/unknown-fields.js';
import type { Subscription } from '../parts.js';
import { BloomFilter, type BloomPositions, hasBits, setBits } from './bloom-filter.js';
import { compileSql, isTagType, type MessageFilter, type SqlTest } from './message-filter.js';
import { propertiesEnd, propertiesStart, RecordProperties } from './property-values.js';

/** The filter of one group for one topic (ConsumerFilterData). */
export interface ConsumerFilter {
  consumerGroup: string;
  topic: string;
  expression: string;
  expressionType: string;
  /** Messages that were stored later have the filter's bits. */
  bornTime: number;
  /** Not before bornTime: since then nobody of the group has been there. */
  deadTime: number;
  clientVersion: number;
  bloom: BloomPositions;
  test: SqlTest;
}

export interface ConsumerFiltersOptions {
  config: {
    enableCalcFilterBitMap: boolean;
    expectConsumerNumUseFilter: number;
    maxErrorRateOfBloomFilter: number;
    filterDataCleanTimeSpan: number;
  };
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

const SAVE_PERIOD_MS = 10_000;
/** Groups are thought to have left so long before the broker came back. */
const GONE_BEFORE_START_MS = 30_000;

const FILTER = record({ bloomFilterData: record() });
const SHAPE = record({ filterDataByTopic: table(record({ groupFilterData: table(FILTER) })) });

const isDead = ({ bornTime, deadTime }: ConsumerFilter): boolean => deadTime >= bornTime;

export class ConsumerFilters implements Part {
  readonly bloom: BloomFilter;
  private readonly byTopic = new Map<string, Map<string, ConsumerFilter>>();
  private readonly file: ConfigFile;
  private timer: Timer | undefined;

  constructor(private readonly options: ConsumerFiltersOptions) {
    const { config, clock, files, log, storePathRootDir: root } = options;
    const { maxErrorRateOfBloomFilter, expectConsumerNumUseFilter } = config;
    this.bloom = new BloomFilter(maxErrorRateOfBloomFilter, expectConsumerNumUseFilter);
    this.file = configFile({
      ...{ root, name: 'consumerFilter.json', files, clock, log, periodMs: SAVE_PERIOD_MS },
      shape: SHAPE,
      state: () => ({ filterDataByTopic: tableJson(this.byTopic) }),
      load: (fields) => this.load(fields),
    });
  }

  async start(): Promise<void> {
    await this.file.start();
    this.timer = this.options.clock.every(SAVE_PERIOD_MS, () => this.clean());
  }

  async stop(): Promise<void> {
    this.timer?.stop();
    this.clean();
    await this.file.stop();
  }

  get(topic: string, group: string): ConsumerFilter | undefined {
    return this.byTopic.get(topic)?.get(group);
  }

  /** What a heartbeat says of a group; of topics that it does not name the filters are dead. */
  subscribed(group: string, subscriptions: readonly Subscription[]): void {
    for (const subscription of subscriptions) this.register(group, subscription);
    const topics = new Set(subscriptions.map(({ topic }) => topic));
    this.bury(group, (topic) => !topics.has(topic));
  }

  /** The last member of a group has left. */
  gone(group: string): void {
    this.bury(group, () => true);
  }

  /** Bits of the groups whose filters the message passes; undefined when they are not wanted. */
  bitsOf({ topic, properties }: { topic: string; properties: string }): Buffer | undefined {
    if (!this.options.config.enableCalcFilterBitMap) return undefined;
    const filters = this.byTopic.get(topic);
    if (!filters || filters.size === 0) return undefined;
    const bytes = Buffer.from(properties);
    const bits = this.bloom.none();
    for (const { bloom, test } of filters.values()) {
      if (test(bytes, 0, bytes.length)) setBits(bits, bloom);
    }
    return bits;
  }

  /** Whether a message with such bits can pass; bits older than the filter say nothing. */
  mayPass(filter: ConsumerFilter, bits: Buffer | undefined, storeTimestamp: number): boolean {
    if (!bits || storeTimestamp <= filter.bornTime) return true;
    return bits.length * 8 !== filter.bloom.bitNum || hasBits(bits, filter.bloom);
  }

  /** Retries are judged by their own topic's filter (ExpressionForRetryMessageFilter). */
  ofRetries(group: string): MessageFilter {
    const properties = new RecordProperties([Property.RETRY_TOPIC]);
    return {
      matchRecord: (bytes, at, recordEnd) => {
        const start = propertiesStart(bytes, at, recordEnd);
        const end = start < 0 ? start : propertiesEnd(bytes, start);
        properties.scan(bytes, start, end);
        const filter = this.get(properties.text(0) ?? '', group);
        return !filter || filter.test(bytes, start, end);
      },
    };
  }

  private register(group: string, wish: Subscription): void {
    const { topic, subString: expression, expressionType, subVersion: clientVersion } = wish;
    if (isTagType(expressionType) || expression === '') return;
    const groups = this.byTopic.get(topic) ?? new Map<string, ConsumerFilter>();
    const old = groups.get(group);
    if (old && clientVersion <= old.clientVersion) {
      if (clientVersion === old.clientVersion && isDead(old)) this.revive(old);
      return;
    }
    this.file.changed();
    if (old && old.expression === expression && old.expressionType === expressionType) {
      old.clientVersion = clientVersion;
      if (isDead(old)) this.revive(old);
      return;
    }
    const test = this.compile(expression, group, topic);
    if (!test) {
      // The consumer is told by its pulls that its expression is wrong.
      groups.delete(group);
      return;
    }
    const bloom = this.bloom.positions(`${group}#${topic}`);
    const times = { bornTime: this.options.clock.now(), deadTime: 0, clientVersion };
    const fresh = { consumerGroup: group, topic, expression, expressionType, ...times };
    groups.set(group, { ...fresh, bloom, test });
    this.byTopic.set(topic, groups);
    this.options.log.info(`consumer filter of ${group} for ${topic}: ${expression}`);
  }

  private compile(expression: string, group: string, topic: string): SqlTest | undefined {
    try {
      return compileSql(expression);
    } catch {
      this.options.log.error(`filter of ${group} for ${topic} cannot be read: ${expression}`);
      return undefined;
    }
  }

  private revive(filter: ConsumerFilter): void {
    filter.deadTime = 0;
    this.file.changed();
  }

  private bury(group: string, where: (topic: string) => boolean): void {
    for (const [topic, groups] of this.byTopic) {
      const filter = groups.get(group);
      if (!filter || isDead(filter) || !where(topic)) continue;
      filter.deadTime = this.options.clock.now();
      this.file.changed();
    }
  }

  private clean(): void {
    const { clock, config } = this.options;
    const oldest = clock.now() - config.filterDataCleanTimeSpan;
    for (const [topic, groups] of this.byTopic) {
      for (const [group, filter] of groups) {
        if (!isDead(filter) || filter.deadTime > oldest) continue;
        groups.delete(group);
        this.file.changed();
      }
      if (groups.size === 0) this.byTopic.delete(topic);
    }
  }

  /** Positions of another bloom filter are of no use, and bits of before neither. */
  private load(fields: JsonObject): void {
    const { clock, log } = this.options;
    const loaded = [...stringTable<Json>(fields.filterDataByTopic).values()].flatMap((topic) => [
      ...stringTable<Json>(objectOf(topic).groupFilterData).values(),
    ]);
    const filters = loaded.map((value) => this.filterOf(objectOf(value)));
    if (!filters.every((filter) => this.bloom.fits(filter.bloom))) {
      log.info('the bloom filter is another one now: consumer filters that were kept are dropped');
      return;
    }
    const gone = clock.now() - GONE_BEFORE_START_MS;
    for (const filter of filters) {
      if (filter.deadTime === 0) filter.deadTime = Math.max(gone, filter.bornTime);
      const groups = this.byTopic.get(filter.topic) ?? new Map<string, ConsumerFilter>();
      this.byTopic.set(filter.topic, groups.set(filter.consumerGroup, filter));
    }
  }

  private filterOf(fields: JsonObject): ConsumerFilter {
    const { bitPos, bitNum } = objectOf(fields.bloomFilterData);
    const [group, topic] = [textOf(fields.consumerGroup), textOf(fields.topic)];
    const expression = textOf(fields.expression);
    return {
      consumerGroup: group,
      topic,
      expression,
      expressionType: textOf(fields.expressionType),
      bornTime: numberOf(fields.bornTime),
      deadTime: numberOf(fields.deadTime),
      clientVersion: numberOf(fields.clientVersion),
      bloom: {
        bitPos: Array.isArray(bitPos) ? bitPos.map((at) => numberOf(at)) : [],
        bitNum: numberOf(bitNum),
      },
      test: this.compile(expression, group, topic) ?? (() => false),
    };
  }
}

function tableJson(byTopic: ReadonlyMap<string, ReadonlyMap<string, ConsumerFilter>>): JsonObject {
  const rows = [...byTopic].map(([topic, groups]) => {
    const filters = [...groups].map(([group, filter]) => [group, filterJson(filter)] as const);
    return [topic, { groupFilterData: Object.fromEntries(filters), topic }] as const;
  });
  return Object.fromEntries(rows);
}

/** As consumerFilter.json and queryCq have it. */
export function filterJson(filter: ConsumerFilter): JsonObject {
  const { bloom, test, ...fields } = filter;
  void test;
  return { ...fields, bloomFilterData: { ...bloom }, dead: isDead(filter) };
}
