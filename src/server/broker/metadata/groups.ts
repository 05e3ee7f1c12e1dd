// The subscription groups of a broker (SubscriptionGroupManager): subscriptionGroup.json.

import type { Clock } from '../../../base/clock.js';
import type { Part } from '../../../base/lifecycle.js';
import type { Logger } from '../../../base/log.js';
import {
  type GroupTable,
  groupTableOf,
  newGroupConfig,
  type SubscriptionGroupConfig,
} from '../../../protocol/bodies/group.js';
import { type DataVersion, sameDataVersion } from '../../../protocol/bodies/topic.js';
import { LMQ_PREFIX } from '../../../protocol/flags.js';
import { alterAttributes, GROUP_ATTRIBUTES } from './attributes.js';
import { type ConfigFile, configFile, type TextFiles } from './config-file.js';
import { inJavaOrder, JavaBuckets } from './java-order.js';
import type { Groups } from '../parts.js';
import { groupNameFault } from './topic-names.js';
import { record, table } from './unknown-fields.js';

export interface GroupConfigsOptions {
  /** Read at every use: updateBrokerConfig changes it. */
  config: { autoCreateSubscriptionGroup: boolean; enableCreateSysGroup: boolean };
  /** Every light group is there then (LmqSubscriptionGroupManager). */
  enableLmq?: boolean;
  storePathRootDir: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
}

/** Groups that every broker has. */
const SYSTEM_GROUPS = [
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PULL',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_RMQ_SYS_TRANS',
];
const SYSTEM_GROUP_PREFIX = 'CID_RMQ_SYS_';

/** Groups of RocketMQ's own programs. */
export const isSystemGroup = (name: string): boolean =>
  SYSTEM_GROUPS.includes(name) || name.startsWith(SYSTEM_GROUP_PREFIX);

/** Bit of the forbidden table that stands for reading (PermName.INDEX_PERM_READ). */
export const FORBIDDEN_READ = 2;

const GROUP = record({ groupRetryPolicy: record() });

type ForbiddenTable = Map<string, Map<string, number>>;

export class GroupConfigs implements Groups, Part {
  dataVersion: DataVersion;
  private table = new Map<string, SubscriptionGroupConfig>();
  private forbiddenTable: ForbiddenTable = new Map();
  private readonly file: ConfigFile;

  constructor(private readonly options: GroupConfigsOptions) {
    const { clock } = options;
    this.dataVersion = { counter: 0, stateVersion: 0, timestamp: clock.now() };
    for (const name of SYSTEM_GROUPS) this.table.set(name, newGroupConfig(name));
    this.file = configFile({
      root: options.storePathRootDir,
      name: 'subscriptionGroup.json',
      files: options.files,
      clock,
      log: options.log,
      periodMs: 0,
      shape: record({ subscriptionGroupTable: table(GROUP) }),
      state: () => ({
        dataVersion: this.dataVersion,
        forbiddenTable: this.forbiddenTable,
        subscriptionGroupTable: this.all(),
      }),
      load: (fields) => {
        const loaded = groupTableOf(fields);
        for (const [name, group] of loaded.subscriptionGroupTable) this.table.set(name, group);
        this.forbiddenTable = loaded.forbiddenTable;
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

  get(name: string): SubscriptionGroupConfig | undefined {
    const group = this.table.get(name);
    return group ?? (this.isLight(name) ? newGroupConfig(name) : undefined);
  }

  has(name: string): boolean {
    return this.table.has(name) || this.isLight(name);
  }

  get size(): number {
    return this.table.size;
  }

  /** All groups in the order in which RocketMQ lists them. */
  all(): Map<string, SubscriptionGroupConfig> {
    return inJavaOrder(this.table, JavaBuckets.map1024);
  }

  /** A page of groups sorted by name, from the start again when `dataVersion` is an old one. */
  page(
    from: number,
    count: number,
    dataVersion: DataVersion | undefined,
  ): Map<string, SubscriptionGroupConfig> {
    const fresh = dataVersion !== undefined && sameDataVersion(dataVersion, this.dataVersion);
    const begin = fresh ? from : 0;
    const names = [...this.table.keys()].sort().slice(begin, begin + count);
    return inJavaOrder(new Map(names.map((name) => [name, this.table.get(name)!])));
  }

  find(name: string): SubscriptionGroupConfig | undefined {
    const group = this.get(name);
    if (group) return group;
    const { autoCreateSubscriptionGroup, enableCreateSysGroup } = this.options.config;
    const system = enableCreateSysGroup && name.startsWith(SYSTEM_GROUP_PREFIX);
    if ((!autoCreateSubscriptionGroup && !system) || groupNameFault(name)) return undefined;
    this.options.log.info(`create subscription group ${name}`);
    const created = newGroupConfig(name);
    this.put([created]);
    return created;
  }

  /** Creates or replaces groups; their `attributes` hold the changes (`+key`, `-key`). */
  update(wishes: readonly SubscriptionGroupConfig[]): void {
    if (wishes.length === 0) return;
    const changed = wishes.map((wish) => {
      const current = this.table.get(wish.groupName);
      const attributes = alterAttributes(GROUP_ATTRIBUTES, current?.attributes, wish.attributes);
      // fields of other versions stay; a wish may leave out one that is known
      const kept = current && { ...current, subscriptionDataSet: undefined };
      return { ...kept, ...wish, attributes };
    });
    this.put(changed);
  }

  delete(name: string): boolean {
    this.forbiddenTable.delete(name);
    if (!this.table.delete(name)) return false;
    this.options.log.info(`delete subscription group ${name}`);
    this.newVersion();
    this.file.persist();
    return true;
  }

  forbidden(group: string, topic: string, permIndex: number): boolean {
    return ((this.forbiddenTable.get(group)?.get(topic) ?? 0) & (1 << permIndex)) !== 0;
  }

  forbid(group: string, topic: string, permIndex: number, forbidden: boolean): void {
    const before = this.forbiddenTable.get(group)?.get(topic) ?? 0;
    const bit = 1 << permIndex;
    const bits = forbidden ? before | bit : before & ~bit;
    const topics = this.forbiddenTable.get(group) ?? new Map<string, number>();
    if (bits > 0) this.forbiddenTable.set(group, topics.set(topic, bits));
    else if (topics.delete(topic) && topics.size === 0) this.forbiddenTable.delete(group);
    this.newVersion();
    this.file.persist();
  }

  /** The forbidden table of all groups, or of those named. */
  forbiddenOf(groups?: ReadonlySet<string>): ForbiddenTable {
    if (!groups) return this.forbiddenTable;
    return new Map([...this.forbiddenTable].filter(([group]) => groups.has(group)));
  }

  /** Takes over a master's table. */
  replace(table: GroupTable): void {
    this.table = table.subscriptionGroupTable;
    this.forbiddenTable = table.forbiddenTable;
    this.dataVersion = table.dataVersion;
    this.file.persist();
  }

  private isLight(name: string): boolean {
    return this.options.enableLmq === true && name.startsWith(LMQ_PREFIX);
  }

  private put(changed: readonly SubscriptionGroupConfig[]): void {
    for (const group of changed) {
      this.table.set(group.groupName, group);
      this.newVersion();
    }
    this.file.persist();
  }

  private newVersion(): void {
    const { counter, stateVersion } = this.dataVersion;
    const timestamp = this.options.clock.now();
    this.dataVersion = { counter: counter + 1, stateVersion, timestamp };
  }
}
