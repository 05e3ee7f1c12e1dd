// The servers under test: ours, or with POCKETMQ_INTEROP_SERVERS=java those of Apache RocketMQ
// itself, which shows what a failing test means: our servers, or the test.

import { javaRelease, startJavaCluster } from '../support/release.js';
import type { Cluster } from '../support/cluster.js';
import type { Ending } from '../support/temp.js';

export async function startServers(ending: Ending): Promise<Cluster> {
  if (process.env.POCKETMQ_INTEROP_SERVERS === 'java') {
    const found = await javaRelease();
    if ('missing' in found) throw new Error(found.missing);
    return startJavaCluster(ending, found.tool);
  }
  throw new Error('not yet');
}
