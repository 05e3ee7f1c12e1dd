// The servers under test: ours, or with POCKETMQ_INTEROP_SERVERS=java those of Apache RocketMQ
// itself, which shows what a failing test means: our servers, or the test.

import { type Cluster, ClusterProcesses, type Settings } from '../support/cluster.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { type ServerOptions, startServers as startOurServers } from '../support/servers.js';
import type { Ending } from '../support/temp.js';

export async function startServers(
  ending: Ending,
  options: Pick<ServerOptions, 'broker' | 'store'> = {},
): Promise<Cluster> {
  if (process.env.POCKETMQ_INTEROP_SERVERS === 'java') {
    const found = await javaRelease();
    if ('missing' in found) throw new Error(found.missing);
    const settings = { ...options.broker, ...options.store } as Settings;
    return ClusterProcesses.start(ending, javaLaunch(found.tool), settings);
  }
  return startOurServers(ending, options);
}
