// A name server and a broker as processes of their own, whoever made them: configuration files, free
// ports, one folder for all they write, start, stop, kill and start again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child.js';
import { PATIENT } from './patient-settings.js';
import { freePort } from './ports.js';
import { type Ending, tempFolder } from './temp.js';

/** Where a name server and a broker are. */
export interface Cluster {
  /** `host:port` of the name server, and of the broker. */
  namesrv: string;
  broker: string;
  brokerName: string;
}

export type Settings = Record<string, string | number | boolean>;
export type Role = 'namesrv' | 'broker';

/** Starts one server with a configuration file; `home` is its RocketMQ home. */
export type Launch = (role: Role, file: string, home: string) => Child;

export class ClusterProcesses implements Cluster {
  readonly brokerName = 'broker-a';
  /** From the start of the process to its boot line, ms; of the last start. */
  readonly readyMs: Record<Role, number> = { namesrv: 0, broker: 0 };
  private readonly children = new Map<Role, Child>();

  private constructor(
    readonly home: string,
    readonly namesrv: string,
    readonly broker: string,
    private readonly launch: Launch,
  ) {}

  /** Both run when this resolves. */
  static async start(
    ending: Ending,
    launch: Launch,
    brokerSettings: Settings = {},
  ): Promise<ClusterProcesses> {
    const home = tempFolder(ending);
    const namesrvPort = await freePort();
    const brokerPort = await freePort(-2, 1);
    const [namesrv, broker] = [`127.0.0.1:${namesrvPort}`, `127.0.0.1:${brokerPort}`];
    const cluster = new ClusterProcesses(home, namesrv, broker, launch);
    cluster.write('namesrv', { listenPort: namesrvPort });
    cluster.write('broker', {
      brokerName: cluster.brokerName,
      brokerIP1: '127.0.0.1',
      namesrvAddr: namesrv,
      listenPort: brokerPort,
      storePathRootDir: join(home, 'store'),
      ...PATIENT,
      ...brokerSettings,
    });
    ending.after(() => cluster.kill('broker'));
    ending.after(() => cluster.kill('namesrv'));
    await cluster.startRole('namesrv');
    await cluster.startRole('broker');
    return cluster;
  }

  /** Resolves at its boot line. */
  async startRole(role: Role): Promise<void> {
    const started = performance.now();
    const child = this.launch(role, this.file(role), this.home);
    this.children.set(role, child);
    await child.line(/boot success/);
    this.readyMs[role] = performance.now() - started;
  }

  process(role: Role): Child {
    const child = this.children.get(role);
    if (!child) throw new Error(`the ${role} was never started`);
    return child;
  }

  async stop(role: Role): Promise<void> {
    await this.process(role).stop();
  }

  /** kill -9. */
  async kill(role: Role): Promise<void> {
    await this.children.get(role)?.kill();
  }

  private file(role: Role): string {
    return join(this.home, 'conf', `${role}.conf`);
  }

  private write(role: Role, settings: Settings): void {
    mkdirSync(join(this.home, 'conf'), { recursive: true });
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(this.file(role), lines.join(''));
  }
}
