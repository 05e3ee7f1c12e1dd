// Apache RocketMQ 5.5.0 itself (Java), to compare with: its name server, broker and class path.

import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installRelease } from '../../scripts/java-release.mjs';
import { canRun, Child } from './child.js';
import type { Cluster } from './cluster.js';
import { freePort } from './ports.js';
import { type Ending, tempFolder } from './temp.js';
import { type Found, once } from './tools.js';

const SHORT_LIFE = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const EXPORTS = ['java.base/jdk.internal.ref', 'java.base/sun.nio.ch'].map(
  (name) => `--add-exports=${name}=ALL-UNNAMED`,
);

export interface JavaOptions {
  /** Its home folder: logs and client ids' files go there. */
  home: string;
  heapMb?: number;
  /** Flags of the virtual machine; by default those of a short life. */
  flags?: readonly string[];
}

export class JavaRelease {
  constructor(readonly lib: string) {}

  get classPath(): string {
    return join(this.lib, '*');
  }

  /** Starts a main class, or a source file, with the release on its class path. */
  run(main: string, args: readonly string[], options: JavaOptions): Child {
    const heap = `${options.heapMb ?? 256}m`;
    const words = [
      `-Xms${heap}`,
      `-Xmx${heap}`,
      ...(options.flags ?? SHORT_LIFE),
      ...EXPORTS,
      `-Duser.home=${options.home}`,
      `-Drocketmq.home.dir=${options.home}`,
      '-cp',
      `${join(options.home, 'conf')}${delimiter}${this.classPath}`,
    ];
    const env = { ROCKETMQ_HOME: options.home, NAMESRV_ADDR: '' };
    return new Child('java', [...words, main, ...args], { env, name: main });
  }
}

/** The release; the first call on a machine fetches it (about 100 MB, with Maven). */
export const javaRelease = once(async (): Promise<Found<JavaRelease>> => {
  if (!(await canRun('java', '-version'))) return { missing: 'there is no java on the PATH' };
  try {
    return { tool: new JavaRelease(installRelease()) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `Apache RocketMQ 5.5.0 is not there: ${reason}` };
  }
});

export interface JavaClusterOptions {
  /** Heap of the broker. */
  heapMb?: number;
  flags?: readonly string[];
  /** Lines for broker.conf. */
  broker?: Record<string, string | number | boolean>;
}

/** A name server and a broker of the release. */
export async function startJavaCluster(
  ending: Ending,
  release: JavaRelease,
  options: JavaClusterOptions = {},
): Promise<Cluster> {
  const home = tempFolder(ending);
  mkdirSync(join(home, 'conf'));
  const { flags } = options;
  const start = async (main: string, conf: object, heapMb: number): Promise<Child> => {
    const file = join(home, 'conf', `${main.split('.').at(-1)}.conf`);
    const lines = Object.entries(conf).map(([key, value]) => `${key}=${String(value)}\n`);
    writeFileSync(file, lines.join(''));
    const child = release.run(main, ['-c', file], { home, heapMb, ...(flags && { flags }) });
    ending.after(() => child.kill());
    await child.line(/boot success/);
    return child;
  };
  const namesrvPort = await freePort();
  const namesrvMain = 'org.apache.rocketmq.namesrv.NamesrvStartup';
  const namesrv = await start(namesrvMain, { listenPort: namesrvPort }, 128);
  const brokerPort = await freePort(-2, 1);
  const conf = {
    brokerName: 'broker-a',
    brokerIP1: '127.0.0.1',
    namesrvAddr: `127.0.0.1:${namesrvPort}`,
    listenPort: brokerPort,
    storePathRootDir: join(home, 'store'),
    ...options.broker,
  };
  const main = 'org.apache.rocketmq.broker.BrokerStartup';
  const broker = await start(main, conf, options.heapMb ?? 512);
  return {
    namesrv: `127.0.0.1:${namesrvPort}`,
    broker: `127.0.0.1:${brokerPort}`,
    brokerName: 'broker-a',
    pids: [namesrv.pid, broker.pid],
    home,
  };
}
