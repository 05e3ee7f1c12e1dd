// A broker of a group whose master a controller chooses, as a process of its own, of either kind.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEpochCache, decodeSyncStateSet } from '../../src/protocol/bodies/controller.js';
import type { RemotingClient } from '../../src/remoting/client.js';
import type { Child } from './child.js';
import type { Settings } from './cluster.js';
import { patientClient } from './patient-client.js';
import { PATIENT } from './patient-settings.js';
import { freePort } from './ports.js';
import type { JavaRelease } from './release.js';
import { ourLaunch } from './release-tree.js';
import { type Ending, tempFolder } from './temp.js';
import { until } from './until.js';

export interface Group {
  namesrvAddr: string;
  controllerAddr: string;
  brokerName: string;
}

export class ReplicaProcess {
  readonly client: RemotingClient;
  private child: Child | undefined;

  private constructor(
    readonly group: Group,
    readonly address: string,
    readonly home: string,
    private readonly launch: (file: string) => Child,
  ) {
    this.client = patientClient();
  }

  /** Of Apache RocketMQ 5.5.0 with `java`, else ours. */
  static async prepare(
    ending: Ending,
    group: Group,
    changes: Settings = {},
    java?: JavaRelease,
  ): Promise<ReplicaProcess> {
    const home = tempFolder(ending);
    const port = await freePort(-2, 1);
    const settings = {
      ...group,
      brokerIP1: '127.0.0.1',
      brokerIP2: '127.0.0.1',
      listenPort: port,
      storePathRootDir: join(home, 'store'),
      mappedFileSizeCommitLog: 4 * 1024 * 1024,
      enableControllerMode: true,
      allAckInSyncStateSet: true,
      slaveReadEnable: true,
      timerWheelEnable: false,
      haSendHeartbeatInterval: 500,
      // a kill closes the connection: only a slow machine is silent
      controllerHeartBeatTimeoutMills: 20_000,
      syncBrokerMetadataPeriod: 1000,
      checkSyncStateSetPeriod: 1000,
      slaveTimeout: 60_000,
      haMaxTimeSlaveNotCatchup: 60_000,
      ...PATIENT,
      ...changes,
    };
    mkdirSync(join(home, 'conf'));
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(join(home, 'conf', 'broker.conf'), lines.join(''));
    const main = 'org.apache.rocketmq.broker.BrokerStartup';
    const launch = (file: string): Child =>
      java
        ? java.run(main, ['-c', file], { home, heapMb: 384 })
        : ourLaunch()('broker', file, home);
    const replica = new ReplicaProcess(group, `127.0.0.1:${port}`, home, launch);
    ending.after(() => replica.kill());
    ending.after(() => replica.client.close());
    return replica;
  }

  async start(): Promise<this> {
    this.child = this.launch(join(this.home, 'conf', 'broker.conf'));
    await this.child.line(/boot success/);
    return this;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.child?.kill();
  }

  async stop(): Promise<void> {
    await this.child?.stop();
  }

  /** The controller says that it leads, and it takes the name servers' word over. */
  async leads(): Promise<void> {
    await until(`${this.address} as master`, async (saw) => {
      const info = saw(await this.replicaInfo().catch(String));
      if (typeof info === 'string' || info.masterAddress !== this.address) return false;
      return saw(await this.haStatus())?.master === true;
    });
  }

  /** So many replicas count as having everything. */
  async inSync(count: number): Promise<void> {
    await until(`${count} replicas in sync`, async (saw) => {
      const info = saw(await this.replicaInfo().catch(String));
      return typeof info !== 'string' && info.syncStateSet.length === count;
    });
  }

  async replicaInfo() {
    const { brokerName, controllerAddr } = this.group;
    // only the controller that leads answers
    const answers = controllerAddr.split(';').map(async (address) => {
      const name = 'CONTROLLER_GET_REPLICA_INFO';
      return this.client.request(address, name, { brokerName }, { timeoutMs: 2000 });
    });
    const answer = await Promise.any(answers);
    return { ...answer.header, ...decodeSyncStateSet(answer.body) };
  }

  async epochs() {
    const { body } = await this.client.request(this.address, 'GET_BROKER_EPOCH_CACHE', {});
    return decodeEpochCache(body);
  }

  private async haStatus(): Promise<{ master: boolean } | undefined> {
    const asked = this.client.request(this.address, 'GET_BROKER_HA_STATUS', {});
    const answer = await asked.catch(() => undefined);
    return answer && (JSON.parse(answer.body.toString()) as { master: boolean });
  }
}
