// One server process of a cluster that a test puts together: of either system, with a configuration
// file and a folder of its own; it is started, stopped, killed, and started again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './child.js';
import type { Launch, Role, Settings } from './cluster.js';
import { PATIENT } from './patient-settings.js';
import { freePort } from './ports.js';
import { type Ending, tempFolder } from './temp.js';

const HOST = '127.0.0.1';
/** Four virtual machines that start at once on a busy machine need minutes. */
const BOOT_MS = 300_000;

export interface MemberOptions {
  role: Role;
  /** Starts its process: ours, or RocketMQ's. */
  launch: Launch;
  /** What messages call it. */
  name: string;
  settings?: Settings;
}

export class Member {
  private child: Child | undefined;

  private constructor(
    readonly name: string,
    readonly home: string,
    readonly port: number,
    private readonly options: MemberOptions,
    private readonly settings: Settings,
  ) {}

  /** It has its place; nothing runs yet. It ends with `ending`. */
  static async prepare(ending: Ending, options: MemberOptions): Promise<Member> {
    const home = tempFolder(ending);
    const broker = options.role === 'broker';
    const port = broker ? await freePort(-2, 1) : await freePort();
    const place = {
      brokerIP1: HOST,
      brokerIP2: HOST,
      storePathRootDir: join(home, 'store'),
      ...PATIENT,
    };
    const settings = { listenPort: port, ...(broker ? place : {}), ...options.settings };
    const member = new Member(options.name, home, port, options, settings);
    ending.after(() => member.kill());
    return member;
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  /** Where slaves connect. */
  get haAddress(): string {
    return `${HOST}:${this.port + 1}`;
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  get pid(): number {
    return this.process.pid;
  }

  get process(): Child {
    if (!this.child) throw new Error(`${this.name} does not run`);
    return this.child;
  }

  /** Changes its configuration, for its next start. */
  change(settings: Settings): void {
    Object.assign(this.settings, settings);
  }

  /** Resolves at its boot line. */
  async start(): Promise<void> {
    mkdirSync(join(this.home, 'conf'), { recursive: true });
    const file = join(this.home, 'conf', `${this.options.role}.conf`);
    const lines = Object.entries(this.settings).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(file, lines.join(''));
    this.child = this.options.launch(this.options.role, file, this.home);
    await this.child.line(/boot success/, BOOT_MS);
  }

  async stop(): Promise<void> {
    await this.child?.stop();
    this.child = undefined;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.child?.kill();
    this.child = undefined;
  }
}

/** Starts them side by side. */
export async function startAll(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((member) => member.start()));
}
