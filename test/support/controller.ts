// Controllers of Apache RocketMQ 5.5.0: one group of them, of which one leads.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { createClient, type RemotingClient } from '../../src/remoting/client.js';
import type { Child } from './child.js';
import { freePort } from './ports.js';
import type { JavaRelease } from './release.js';
import { type Ending, tempFolder } from './temp.js';
import { until } from './until.js';

/** A JVM that elects on a busy machine. */
const PATIENCE_MS = 180_000;

export class Controllers {
  private constructor(
    private readonly client: RemotingClient,
    private readonly running: Map<string, Child>,
    /** As brokers are told: `host:port;host:port`. */
    readonly addresses: string,
  ) {}

  /** When this resolves one of them leads. */
  static async start(ending: Ending, release: JavaRelease, count = 1): Promise<Controllers> {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await freePort());
    const all = ports.map((port) => `127.0.0.1:${port}`);
    const peers = all.map((address, i) => `n${i}-${address}`).join(';');
    const running = new Map<string, Child>();
    for (const [i, port] of ports.entries()) {
      const home = tempFolder(ending);
      mkdirSync(join(home, 'conf'));
      const settings = {
        listenPort: port,
        controllerDLegerGroup: 'group-a',
        controllerDLegerPeers: peers,
        controllerDLegerSelfId: `n${i}`,
        controllerStorePath: join(home, 'controller'),
        configStorePath: join(home, 'controller.properties'),
        mappedFileSize: 16 * 1024 * 1024,
        scanNotActiveBrokerInterval: 500,
        scanInactiveMasterInterval: 1000,
      };
      const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
      const file = join(home, 'conf', 'controller.conf');
      writeFileSync(file, lines.join(''));
      const main = 'org.apache.rocketmq.controller.ControllerStartup';
      const child = release.run(main, ['-c', file], { home, heapMb: 128 });
      ending.after(() => child.kill());
      running.set(all[i]!, child);
    }
    const client = createClient({ clock: systemClock, log: silentLogger });
    ending.after(() => client.close());
    const controllers = new Controllers(client, running, all.join(';'));
    await controllers.leader();
    return controllers;
  }

  /** The address of the one that says itself that it leads. */
  async leader(): Promise<string> {
    let found: string | undefined;
    const lead = async (address: string): Promise<boolean> => {
      const asked = this.client.request(address, 'CONTROLLER_GET_METADATA_INFO', {});
      const header = (await asked.catch(() => undefined))?.header;
      return header?.isLeader === true && header.controllerLeaderAddress === address;
    };
    const look = async (): Promise<boolean> => {
      for (const address of this.running.keys()) if (await lead(address)) found = address;
      return found !== undefined;
    };
    await until('leading controller', look, PATIENCE_MS);
    return found!;
  }

  /** kill -9; resolves when another one leads. */
  async killLeader(): Promise<void> {
    const address = await this.leader();
    await this.running.get(address)!.kill();
    this.running.delete(address);
    await this.leader();
  }
}
