// The servers under test: ours, or with POCKETMQ_INTEROP_SERVERS=java those of Apache RocketMQ
// itself, which shows what a failing test means: our servers, or the test.

import { type Cluster, ClusterProcesses } from '../support/cluster.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { startServers as startOurServers } from '../support/servers.js';
import type { Ending } from '../support/temp.js';

export async function startServers(ending: Ending): Promise<Cluster> {
  if (process.env.POCKETMQ_INTEROP_SERVERS === 'java') {
    const found = await javaRelease();
    if ('missing' in found) throw new Error(found.missing);
    return ClusterProcesses.start(ending, javaLaunch(found.tool));
  }
  return startOurServers(ending);
}
