// What brokerStatus shows (AdminBrokerProcessor.prepareRuntimeInfo): every key of RocketMQ 5.5.0.

import type { Clock, Timer } from '../../../base/clock.js';
import type { FileSystem } from '../../../base/files.js';
import type { Part } from '../../../base/lifecycle.js';
import { CURRENT_VERSION } from '../../../protocol/flags.js';
import { decodeRecord } from '../../../protocol/message.js';
import { versionName } from '../../../protocol/versions.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { Stats } from './stats.js';

export interface RuntimeInfoOptions {
  config: {
    startAcceptSendRequestTimeStamp: number;
    sendThreadPoolQueueCapacity: number;
    pullThreadPoolQueueCapacity: number;
    litePullThreadPoolQueueCapacity: number;
    queryThreadPoolQueueCapacity: number;
    ackThreadPoolQueueCapacity: number;
    endTransactionPoolQueueCapacity: number;
  };
  storePathRootDir: string;
  /** Whether delayed messages and transactions are served here: not in a slave. */
  active(): boolean;
  /** By delay level the next queue offset to deliver, and the end of its queue. */
  delayProgress(): Iterable<readonly [level: number, offset: number, maxOffset: number]>;
  /** How far the timer is, in RocketMQ's keys. */
  timerInfo(): Record<string, string>;
  store: MessageStore;
  stats: Stats;
  files: Pick<FileSystem, 'statfs'>;
  clock: Clock;
}

/** What stays as it is as long as there is no store behind it that says otherwise. */
const FALLBACKS = {
  dispatchBehindBytes: '0',
  pageCacheLockTimeMills: '0',
  remainTransientStoreBufferNumbs: '2147483647',
};

export class RuntimeInfo implements Part {
  /** Totals at the last midnights (BrokerStats). */
  private readonly put = { yesterday: 0, today: 0 };
  private readonly got = { yesterday: 0, today: 0 };
  private midnight: Timer | undefined;

  constructor(private readonly options: RuntimeInfoOptions) {}

  start(): Promise<void> {
    this.waitForMidnight();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.midnight?.stop();
    return Promise.resolve();
  }

  async all(): Promise<Record<string, string>> {
    const { config, store, stats, active } = this.options;
    const stored = store.runtimeInfo();
    return {
      ...FALLBACKS,
      ...stored,
      earliestMessageTimeStamp: String(await this.earliest(stored)),
      remainHowManyDataToFlush: readableBytes(Number(stored.remainHowManyDataToFlush ?? 0)),
      ...this.delays(),
      ...this.options.timerInfo(),
      brokerActive: String(active()),
      brokerVersionDesc: versionName(CURRENT_VERSION),
      msgPutTotalYesterdayMorning: String(this.put.yesterday),
      msgPutTotalTodayMorning: String(this.put.today),
      msgPutTotalTodayNow: String(stats.putTotal()),
      msgGetTotalYesterdayMorning: String(this.got.yesterday),
      msgGetTotalTodayMorning: String(this.got.today),
      msgGetTotalTodayNow: String(stats.getTotal()),
      startAcceptSendRequestTimeStamp: String(config.startAcceptSendRequestTimeStamp),
      commitLogDirCapacity: this.capacity(),
      ...this.queues(),
    };
  }

  /** Store time of the first message in the log, or -1. */
  private async earliest({ commitLogMinOffset }: Record<string, string>): Promise<number> {
    const record = await this.options.store.recordAt(Number(commitLogMinOffset ?? 0));
    return (record && decodeRecord(record)?.storeTimestamp) ?? -1;
  }

  /** One event loop serves everything: nothing waits in the queues that RocketMQ has here. */
  private queues(): Record<string, string> {
    const { config } = this.options;
    const capacities = {
      send: config.sendThreadPoolQueueCapacity,
      pull: config.pullThreadPoolQueueCapacity,
      litePull: config.litePullThreadPoolQueueCapacity,
      query: config.queryThreadPoolQueueCapacity,
      ack: config.ackThreadPoolQueueCapacity,
    };
    const info: Record<string, string> = {
      EndTransactionQueueSize: '0',
      EndTransactionThreadPoolQueueCapacity: String(config.endTransactionPoolQueueCapacity),
    };
    for (const [name, capacity] of Object.entries(capacities)) {
      info[`${name}ThreadPoolQueueSize`] = '0';
      info[`${name}ThreadPoolQueueCapacity`] = String(capacity);
      info[`${name}ThreadPoolQueueHeadWaitTimeMills`] = '0';
    }
    return info;
  }

  private delays(): Record<string, string> {
    const info: Record<string, string> = {};
    for (const [level, offset, maxOffset] of this.options.delayProgress()) {
      info[`scheduleMessageOffset_${level}`] = `${offset},${maxOffset}`;
    }
    return info;
  }

  private capacity(): string {
    const { files, storePathRootDir } = this.options;
    const { totalBytes, availableBytes } = files.statfs(storePathRootDir);
    return `Total : ${readableBytes(totalBytes)}, Free : ${readableBytes(availableBytes)}.`;
  }

  private waitForMidnight(): void {
    const { clock, stats } = this.options;
    const now = new Date(clock.now());
    const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
    this.midnight = clock.after(next - now.getTime(), () => {
      Object.assign(this.put, { yesterday: this.put.today, today: stats.putTotal() });
      Object.assign(this.got, { yesterday: this.got.today, today: stats.getTotal() });
      this.waitForMidnight();
    });
  }
}

/** `252.0 GiB` (MixAll.humanReadableByteCount). */
export function readableBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (value >= 1024) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${'KMGTPE'[unit]}iB`;
}
