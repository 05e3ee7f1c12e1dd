// Sends with several connections, kills the broker in the middle (or stops it), starts it again and
// looks: every acknowledged message is there, where its answer said, and no queue has a gap.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DecodedRecord } from '../../src/protocol/message.js';
import { ClusterProcesses, type Launch } from '../support/cluster.js';
import { seeded } from '../support/random.js';
import type { Ending } from '../support/temp.js';
import { Wire } from '../support/wire.js';
import { Reader } from './reader.js';
import { type Acknowledged, Sender } from './senders.js';

export interface CrashOptions {
  cycles: number;
  flush: 'ASYNC_FLUSH' | 'SYNC_FLUSH';
  seed: number;
  launch: Launch;
  say(text: string): void;
}

const TOPIC = 'Crash';
const QUEUES = 8;
/** Small files, so that the loop also crosses their borders. */
const SETTINGS = {
  mappedFileSizeCommitLog: 4 * 1024 * 1024,
  mappedFileSizeConsumeQueue: 20 * 5000,
  maxHashSlotNum: 10_000,
  maxIndexNum: 40_000,
};
const SENDERS = [
  { inFlight: 1, batch: 1, bodyBytes: 64 },
  { inFlight: 16, batch: 1, bodyBytes: 200 },
  { inFlight: 16, batch: 1, bodyBytes: 1500 },
  { inFlight: 4, batch: 8, bodyBytes: 100 },
];
const VIEWED = 20;

export class CrashLoop {
  private readonly random: (below: number) => number;
  /** Queue offset up to which each queue was read and found right. */
  private readonly checked = new Array<number>(QUEUES).fill(0);
  private readonly bodies = new Set<string>();
  total = 0;

  private constructor(
    private readonly cluster: ClusterProcesses,
    private readonly options: CrashOptions,
  ) {
    this.random = seeded(options.seed);
  }

  static async run(ending: Ending, options: CrashOptions): Promise<CrashLoop> {
    const settings = { ...SETTINGS, flushDiskType: options.flush };
    const cluster = await ClusterProcesses.start(ending, options.launch, settings);
    await new Wire(ending, cluster).createTopic(TOPIC, QUEUES);
    const loop = new CrashLoop(cluster, options);
    for (let cycle = 0; cycle < options.cycles; cycle++) await loop.cycle(cycle);
    return loop;
  }

  private async cycle(cycle: number): Promise<void> {
    const { broker } = this.cluster;
    const senders = SENDERS.map((kind, i) => {
      const prefix = `${this.options.seed}.${cycle}.${i}`;
      return new Sender({ broker, topic: TOPIC, queues: QUEUES, prefix, ...kind });
    });
    // One cycle in four ends as an administrator would end it, the others with kill -9.
    const graceful = cycle % 4 === 3;
    await Promise.all(senders.map((sender) => sender.underWay()));
    await sleep(this.random(400));
    await (graceful ? this.cluster.stop('broker') : this.cluster.kill('broker'));
    await Promise.all(senders.map((sender) => sender.end()));
    if (cycle % 3 === 1) await this.killWhileItRecovers();
    await this.cluster.startRole('broker');
    const acknowledged = senders.flatMap((sender) => sender.acknowledged);
    assert.ok(acknowledged.length > 0, 'nothing was sent');
    const found = await this.check(acknowledged);
    this.total += acknowledged.length;
    const ready = Math.round(this.cluster.readyMs.broker);
    const how = graceful ? 'stopped' : 'killed';
    this.options.say(
      `cycle ${cycle}: ${how}, ready again in ${ready} ms; ` +
        `${acknowledged.length} acknowledged, ${found} found`,
    );
  }

  /** A second kill -9, before or soon after the broker is back. */
  private async killWhileItRecovers(): Promise<void> {
    const started = this.cluster.startRole('broker').catch(() => undefined);
    await sleep(100 + this.random(300));
    await this.cluster.kill('broker');
    await started;
  }

  /** Returns how many messages are new, acknowledged or not. */
  private async check(acknowledged: readonly Acknowledged[]): Promise<number> {
    const reader = new Reader(this.cluster.broker);
    try {
      const records: DecodedRecord[] = [];
      for (let queueId = 0; queueId < QUEUES; queueId++) {
        records.push(...(await this.checkQueue(reader, queueId)));
      }
      const places = new Map(records.map((record) => [place(record), record.body.toString()]));
      for (const one of acknowledged) {
        assert.equal(places.get(place(one)), one.body, `at queue offset ${place(one)}`);
      }
      for (let i = 0; i < Math.min(VIEWED, acknowledged.length); i++) {
        const one = acknowledged[this.random(acknowledged.length)]!;
        const seen = await reader.view(TOPIC, one.msgId);
        assert.equal(seen?.body.toString(), one.body, `by message id ${one.msgId}`);
      }
      return records.length;
    } finally {
      reader.close();
    }
  }

  /** Nothing missing, nothing twice, nothing that nobody sent. */
  private async checkQueue(reader: Reader, queueId: number): Promise<DecodedRecord[]> {
    const from = this.checked[queueId]!;
    const max = await reader.maxOffset(TOPIC, queueId);
    const records = await reader.read(TOPIC, queueId, from);
    assert.equal(records.length, max - from, `messages in queue ${queueId} from ${from}`);
    records.forEach((record, i) => {
      assert.equal(record.queueOffset, from + i, `queue ${queueId}`);
      const body = record.body.toString();
      assert.ok(body.startsWith(`${this.options.seed}.`), `unknown body ${body.slice(0, 40)}`);
      assert.ok(!this.bodies.has(body), `${body.slice(0, 40)} is there twice`);
      this.bodies.add(body);
    });
    this.checked[queueId] = max;
    return records;
  }
}

function place({ queueId, queueOffset }: { queueId: number; queueOffset: number }): string {
  return `${queueId}:${queueOffset}`;
}
