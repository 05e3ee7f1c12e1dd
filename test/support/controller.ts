// A controller of Apache RocketMQ 5.5.0, alone in its group.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../../src/remoting/client.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { freePort } from './ports.js';
import type { JavaRelease } from './release.js';
import { type Ending, tempFolder } from './temp.js';
import { until } from './until.js';

/** Its address; when this resolves it leads. */
export async function startController(ending: Ending, release: JavaRelease): Promise<string> {
  const home = tempFolder(ending);
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  mkdirSync(join(home, 'conf'));
  const settings = {
    listenPort: port,
    controllerDLegerGroup: 'group-a',
    controllerDLegerPeers: `n0-${address}`,
    controllerDLegerSelfId: 'n0',
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
  const child = release.run(main, ['-c', file], { home });
  ending.after(() => child.kill());
  await child.line(/boot success/);
  const client = createClient({ clock: systemClock, log: silentLogger });
  ending.after(() => client.close());
  await until(
    'leading controller',
    async () => {
      const asked = client.request(address, 'CONTROLLER_GET_METADATA_INFO', {});
      return (await asked.catch(() => undefined))?.header.controllerLeaderAddress;
    },
    60_000,
  );
  return address;
}
