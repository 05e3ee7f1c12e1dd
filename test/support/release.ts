// Apache RocketMQ 5.5.0 itself (Java), to compare with: its name server, broker and class path.

import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installOlder, installProxy, installRelease } from '../../scripts/java-release.mjs';
import { canRun, Child } from './child.js';
import type { Launch, Role } from './cluster.js';
import { type Found, once } from './tools.js';

const SHORT_LIFE = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
const EXPORTS = ['java.base/jdk.internal.ref', 'java.base/sun.nio.ch'].map(
  (name) => `--add-exports=${name}=ALL-UNNAMED`,
);
/** What 4.9 opens by force; newer virtual machines ask for it. */
const OPENS = ['java.nio', 'sun.nio.ch'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

export interface JavaOptions {
  /** Its home folder: logs and client ids' files go there. */
  home: string;
  heapMb?: number;
  /** Its current folder; by default that of the tests. */
  cwd?: string;
  /** Flags of the virtual machine; by default those of a short life. */
  flags?: readonly string[];
}

export class JavaRelease {
  constructor(
    readonly lib: string,
    readonly classPath = join(lib, '*'),
  ) {}

  /** How to run a main class, or a source file, with the release on its class path. */
  commandLine(
    main: string,
    args: readonly string[],
    options: JavaOptions,
  ): { command: string; args: string[] } {
    const heap = `${options.heapMb ?? 256}m`;
    const words = [
      `-Xms${heap}`,
      `-Xmx${heap}`,
      // native libraries and keys, which stay when it is killed
      `-Djava.io.tmpdir=${options.home}`,
      ...(options.flags ?? SHORT_LIFE),
      ...EXPORTS,
      `-Duser.home=${options.home}`,
      `-Drocketmq.home.dir=${options.home}`,
      '-cp',
      `${join(options.home, 'conf')}${delimiter}${this.classPath}`,
      main,
      ...args,
    ];
    return { command: 'java', args: words };
  }

  /** Starts it. */
  run(main: string, args: readonly string[], options: JavaOptions): Child {
    const line = this.commandLine(main, args, options);
    const env = { ROCKETMQ_HOME: options.home, NAMESRV_ADDR: '' };
    return new Child(line.command, line.args, { env, name: main, cwd: options.cwd });
  }
}

/** The release; the first call on a machine fetches it (about 100 MB, with Maven). */
export const javaRelease = once(() => fetched(() => new JavaRelease(installRelease())));

export interface JavaProxy {
  /** The client's class path. */
  client: JavaRelease;
  /** Folder of the proxy's jars. */
  lib: string;
}

/** The release's proxy and the gRPC client, fetched in the same way. */
export const javaProxy = once(() =>
  fetched((): JavaProxy => {
    const { client, lib } = installProxy();
    return { client: new JavaRelease(lib, client), lib };
  }),
);

/** A broker of RocketMQ 4.9, fetched in the same way (27 MB). */
export const olderRelease = once(() => fetched(() => new JavaRelease(installOlder())));

async function fetched<T>(fetch: () => T): Promise<Found<T>> {
  // The driver is compiled as it starts, so a JDK is needed, not only a Java to run things with.
  if (!(await canRun('javac', '-version'))) return { missing: 'there is no JDK on the PATH' };
  try {
    return { tool: fetch() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { missing: `Apache RocketMQ 5.5.0 is not there: ${reason}` };
  }
}

const MAINS: Record<Role, string> = {
  namesrv: 'org.apache.rocketmq.namesrv.NamesrvStartup',
  broker: 'org.apache.rocketmq.broker.BrokerStartup',
};

export interface JavaServerOptions {
  /** Heap of the broker. */
  heapMb?: number;
  flags?: readonly string[];
}

/** Starts brokers of RocketMQ 4.9, for ClusterProcesses. */
export function olderLaunch(release: JavaRelease): Launch {
  return (role, file, home) => {
    // it does not start without
    writeFileSync(join(home, 'conf', `logback_${role}.xml`), '<configuration/>');
    const flags = [...SHORT_LIFE, ...OPENS];
    return release.run(MAINS[role], ['-c', file], { home, heapMb: 384, flags });
  };
}

/** Starts servers of the release, for ClusterProcesses. */
export function javaLaunch(release: JavaRelease, options: JavaServerOptions = {}): Launch {
  return (role, file, home) => {
    const heapMb = role === 'broker' ? (options.heapMb ?? 512) : 128;
    const { flags } = options;
    return release.run(MAINS[role], ['-c', file], { home, heapMb, ...(flags && { flags }) });
  };
}
