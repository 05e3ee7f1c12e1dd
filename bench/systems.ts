// The systems that are measured: ours as it ships, and Apache RocketMQ 5.5.0 if it can be had.

import { join } from 'node:path';
import { Child } from '../test/support/child.js';
import { ClusterProcesses, type Launch, type Settings } from '../test/support/cluster.js';
import { javaLaunch, javaRelease, type JavaRelease } from '../test/support/release.js';
import { releaseTree, treeLaunch } from '../test/support/release-tree.js';
import { type Ending, tempFolder } from '../test/support/temp.js';

/** Heap of the Java broker: its scripts ask for 8 GB, which small machines do not have. */
const JAVA_HEAP_MB = 1024;
const JAVA_FLAGS = ['-server', '-XX:+UseG1GC'];

export interface System {
  name: string;
  start(ending: Ending, more?: Settings): Promise<ClusterProcesses>;
  /** Starts one server with a configuration file. */
  launch: Launch;
  /** Runs a command of its mqadmin. */
  mqadmin(words: readonly string[], namesrv: string): Child;
  /** Runs `mqadmin topicList`, for its time. */
  topicList(namesrv: string): Promise<void>;
}

export async function pocketmq(ending: Ending): Promise<System> {
  const tree = await releaseTree(ending);
  const launch = treeLaunch(tree);
  const mqadmin = (words: readonly string[], namesrv: string): Child => {
    const args = [join(tree, 'bin', 'run.js'), 'mqadmin', ...words, '-n', namesrv];
    return new Child(process.execPath, args);
  };
  return {
    name: 'PocketMQ',
    start: (scope, more) => ClusterProcesses.start(scope, launch, { ...SETTINGS, ...more }),
    launch,
    mqadmin,
    topicList: (namesrv) => succeed(mqadmin(['topicList'], namesrv)),
  };
}

/** Undefined, with the reason on stderr, when the release cannot be had. */
export async function rocketmq(ending: Ending): Promise<System | undefined> {
  const found = await javaRelease();
  if ('missing' in found) {
    console.error(`without RocketMQ's figures: ${found.missing}`);
    return undefined;
  }
  const release: JavaRelease = found.tool;
  const launch = javaLaunch(release, { heapMb: JAVA_HEAP_MB, flags: JAVA_FLAGS });
  const home = tempFolder(ending);
  const mqadmin = (words: readonly string[], namesrv: string): Child => {
    const main = 'org.apache.rocketmq.tools.command.MQAdminStartup';
    return release.run(main, [...words, '-n', namesrv], { home, heapMb: 128 });
  };
  return {
    name: 'RocketMQ 5.5.0',
    start: (scope, more) => ClusterProcesses.start(scope, launch, { ...SETTINGS, ...more }),
    launch,
    mqadmin,
    topicList: (namesrv) => succeed(mqadmin(['topicList'], namesrv)),
  };
}

async function succeed(child: Child): Promise<void> {
  if ((await child.finish()) !== 0) throw new Error(child.describe());
}

/** As RocketMQ's own defaults are, but for what keeps a benchmark from filling the disk. */
export const SETTINGS = {
  autoCreateTopicEnable: true,
  fileReservedTime: 1,
  enablePropertyFilter: true,
};

/** `node -e 0`, the least that any command line in Node costs. */
export async function bareNode(): Promise<void> {
  await new Child(process.execPath, ['-e', '0']).finish();
}
