// Starts the drivers: programs in Java, Go and Node around clients that others released.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseFolder } from '../../scripts/java-release.mjs';
import { canRun, Child, runChild } from '../support/child.js';
import type { Cluster } from '../support/cluster.js';
import type { JavaRelease } from '../support/release.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { type Found, once } from '../support/tools.js';
import { Driver } from './driver.js';

const here = fileURLToPath(new URL('.', import.meta.url));

async function drive(ending: Ending, name: string, child: Child): Promise<Driver> {
  ending.after(() => child.kill());
  const driver = new Driver(name, child);
  await driver.ready();
  return driver;
}

export interface JavaDriverOptions {
  /** Serialization of the headers that the client writes. */
  serialize?: 'JSON' | 'ROCKETMQ';
}

/** The Java client; its source is compiled as it starts. */
export function javaDriver(
  ending: Ending,
  release: JavaRelease,
  cluster: Cluster,
  { serialize = 'JSON' }: JavaDriverOptions = {},
): Promise<Driver> {
  const flags = [
    '-XX:+UseSerialGC',
    '-Djava.security.manager=allow',
    `-Drocketmq.serialize.type=${serialize}`,
    `-Drocketmq.client.localOffsetStoreDir=${tempFolder(ending)}`,
    '-Drocketmq.client.logUseSlf4j=true',
  ];
  const options = { home: tempFolder(ending), heapMb: 256, flags };
  const source = join(here, 'java', 'Driver.java');
  return drive(ending, 'Java', release.run(source, [cluster.namesrv], options));
}

/** The Go client's driver, built beside the Java release (go.sum pins what goes into it). */
export const goBinary = once(async (): Promise<Found<string>> => {
  if (!(await canRun('go', 'version'))) return { missing: 'there is no go on the PATH' };
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = join(releaseFolder(), `go-driver${suffix}`);
  try {
    const cwd = join(here, 'go');
    await runChild('go', ['build', '-buildvcs=false', '-o', binary, '.'], { cwd });
    return { tool: binary };
  } catch (error) {
    return { missing: `the Go driver cannot be built: ${String(error)}` };
  }
});

export function goDriver(ending: Ending, binary: string, cluster: Cluster): Promise<Driver> {
  const env = { HOME: tempFolder(ending), ROCKETMQ_GO_LOG_LEVEL: 'error' };
  return drive(ending, 'Go', new Child(binary, [cluster.namesrv], { env, name: 'Go driver' }));
}

/** The Node client's driver; its packages are installed by their own lock file. */
export const nodeScript = once(async (): Promise<Found<string>> => {
  const cwd = join(here, 'node');
  try {
    if (!existsSync(join(cwd, 'node_modules', 'ali-ons'))) {
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      await runChild(npm, ['ci', '--no-audit', '--no-fund'], { cwd });
    }
    return { tool: join(cwd, 'driver.mjs') };
  } catch (error) {
    return { missing: `ali-ons cannot be installed: ${String(error)}` };
  }
});

export function nodeDriver(ending: Ending, script: string, cluster: Cluster): Promise<Driver> {
  const env = { HOME: tempFolder(ending) };
  const child = new Child(process.execPath, [script, cluster.namesrv], { env, name: 'ali-ons' });
  return drive(ending, 'Node', child);
}
