// Starts the drivers: programs in Java, Go and Node around clients that others released.

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseFolder } from '../../scripts/java-release.mjs';
import type { Credentials } from '../../src/protocol/sign.js';
import { canRun, Child, runChild } from '../support/child.js';
import type { Cluster } from '../support/cluster.js';
import { freePort } from '../support/ports.js';
import type { JavaProxy, JavaRelease } from '../support/release.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { type Found, once } from '../support/tools.js';
import { type Commits, Driver } from './driver.js';

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const here = fileURLToPath(new URL('.', import.meta.url));

async function drive(
  ending: Ending,
  name: string,
  child: Child,
  commits?: Commits,
): Promise<Driver> {
  ending.after(() => child.kill());
  const driver = new Driver(name, child, commits);
  await driver.ready();
  return driver;
}

export interface JavaDriverOptions {
  /** Serialization of the headers that the client writes. */
  serialize?: 'JSON' | 'ROCKETMQ';
  /** Further options of the JVM. */
  flags?: readonly string[];
  account?: Credentials;
}

/** The Java client; its source is compiled as it starts. */
export function javaDriver(
  ending: Ending,
  release: JavaRelease,
  cluster: Cluster,
  { serialize = 'JSON', flags: further = [], account }: JavaDriverOptions = {},
): Promise<Driver> {
  const flags = [
    '-XX:+UseSerialGC',
    '-Djava.security.manager=allow',
    `-Drocketmq.serialize.type=${serialize}`,
    `-Drocketmq.client.localOffsetStoreDir=${tempFolder(ending)}`,
    '-Drocketmq.client.logUseSlf4j=true',
    '-Dcom.rocketmq.remoting.client.connect.timeout=20000',
    ...(account ? [`-DaccessKey=${account.accessKey}`, `-DsecretKey=${account.secretKey}`] : []),
    ...further,
  ];
  const home = tempFolder(ending);
  const options = { home, cwd: home, heapMb: 256, flags };
  const source = join(here, 'java', 'Driver.java');
  return drive(ending, 'Java', release.run(source, [cluster.namesrv], options), 'when told');
}

/** The gRPC client, and the proxy in cluster mode that it speaks to. */
export async function grpcDriver(
  ending: Ending,
  { client, lib }: JavaProxy,
  cluster: Cluster,
  /** Where the proxy speaks the brokers' protocol. */
  remotingListenPort: number,
): Promise<Driver> {
  const home = tempFolder(ending);
  const file = join(home, 'proxy.json');
  const grpcServerPort = await freePort();
  const ports = { grpcServerPort, remotingListenPort };
  // transactions are asked about by way of groups that the proxy tells the broker of
  const settings = { rocketMQClusterName: 'DefaultCluster', transactionHeartbeatPeriodSecond: 1 };
  writeFileSync(file, JSON.stringify({ ...settings, ...ports }));
  const source = join(here, 'java', 'GrpcDriver.java');
  const args = [cluster.namesrv, lib, file, String(grpcServerPort)];
  return drive(ending, 'gRPC', client.run(source, args, { home, heapMb: 384 }));
}

/** The Go client's driver (go.sum pins what goes into it). */
export const goBinary = once(async (): Promise<Found<string>> => {
  if (!(await canRun('go', 'version'))) return { missing: 'there is no go on the PATH' };
  // Each process builds its own: Go's cache makes that quick, and nobody replaces a running file.
  const folder = mkdtempSync(join(tmpdir(), 'pocketmq-go-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const binary = join(folder, process.platform === 'win32' ? 'driver.exe' : 'driver');
  try {
    await runChild('go', ['build', '-buildvcs=false', '-o', binary, '.'], {
      cwd: join(here, 'go'),
    });
    return { tool: binary };
  } catch (error) {
    return { missing: `the Go driver cannot be built: ${String(error)}` };
  }
});

export function goDriver(
  ending: Ending,
  binary: string,
  cluster: Cluster,
  account?: Credentials,
): Promise<Driver> {
  const { accessKey = '', secretKey = '' } = account ?? {};
  const keys = { ACCESS_KEY: accessKey, SECRET_KEY: secretKey };
  const env = { HOME: tempFolder(ending), ROCKETMQ_GO_LOG_LEVEL: 'error', ...keys };
  const child = new Child(binary, [cluster.namesrv], { env, name: 'Go driver' });
  return drive(ending, 'Go', child, 'at intervals');
}

/** The Node client's driver, beside the packages that its lock file names. */
export const nodeScript = once(async (): Promise<Found<string>> => {
  const source = join(here, 'node');
  const lock = readFileSync(join(source, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const folder = join(releaseFolder(), '..', `ali-ons-${version}`);
  const fresh = `${folder}.${process.pid}`;
  try {
    if (!existsSync(folder)) {
      mkdirSync(fresh, { recursive: true });
      for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
        copyFileSync(join(source, file), join(fresh, file));
      }
      await runChild(NPM, ['ci', '--no-audit', '--no-fund'], { cwd: fresh });
      // Another process may have been faster: then its folder stays.
      if (!existsSync(folder)) renameSync(fresh, folder);
    }
    const script = join(folder, `driver.${process.pid}.mjs`);
    copyFileSync(join(source, 'driver.mjs'), script);
    process.on('exit', () => rmSync(script, { force: true }));
    return { tool: script };
  } catch (error) {
    return { missing: `ali-ons cannot be installed: ${String(error)}` };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});

export function nodeDriver(ending: Ending, script: string, cluster: Cluster): Promise<Driver> {
  const env = { HOME: tempFolder(ending) };
  const child = new Child(process.execPath, [script, cluster.namesrv], { env, name: 'ali-ons' });
  return drive(ending, 'Node', child);
}
