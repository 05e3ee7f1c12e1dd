// The servers that a suite runs against: a name server and as many brokers as it asks for.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, Role, Settings } from '../support/cluster.js';
import { freePort } from '../support/ports.js';
import { type Ending, tempFolder } from '../support/temp.js';

export interface SuiteServers {
  namesrv: string;
  /** Names and addresses. */
  brokers: [string, string][];
}

export async function startSuiteServers(
  ending: Ending,
  launch: Launch,
  names: readonly string[],
  settings: Settings,
): Promise<SuiteServers> {
  const namesrvPort = await freePort();
  const namesrv = `127.0.0.1:${namesrvPort}`;
  const start = async (role: Role, own: Settings): Promise<void> => {
    const home = tempFolder(ending);
    mkdirSync(join(home, 'conf'));
    const file = join(home, 'conf', `${role}.conf`);
    const all = { ...own, ...(role === 'broker' && { storePathRootDir: join(home, 'store') }) };
    const lines = Object.entries(all).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(file, lines.join(''));
    const child = launch(role, file, home);
    ending.after(() => child.kill());
    await child.line(/boot success/);
  };
  await start('namesrv', { listenPort: namesrvPort });
  const brokers: [string, string][] = [];
  for (const brokerName of names) {
    const listenPort = await freePort(-2, 1);
    const at = { brokerName, brokerIP1: '127.0.0.1', namesrvAddr: namesrv, listenPort };
    await start('broker', { ...at, ...settings });
    brokers.push([brokerName, `127.0.0.1:${listenPort}`]);
  }
  return { namesrv, brokers };
}
