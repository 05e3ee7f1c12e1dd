// Running clients of all makers around one name server and one broker, and the tools that change
// things under them.

import assert from 'node:assert/strict';
import { type Run, runCommand } from '../../support/commands.js';
import type { JavaRelease } from '../../support/release.js';
import { type Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { Wire } from '../../support/wire.js';
import { goDriver, javaDriver, nodeDriver } from '../clients.js';
import type { Driver, DriverEvent } from '../driver.js';
import { startServers } from '../servers.js';

/** A number that only the end of a test run takes away. */
let commands = 0;

export interface Tools {
  release: JavaRelease;
  goBinary: string;
  nodeScript: string;
}

export class Stage {
  private changing: Promise<unknown> = Promise.resolve();
  private relying: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly wire: Wire,
    readonly java: Driver,
    readonly go: Driver,
    readonly node: Driver,
    /** Where our mqadmin writes what it writes. */
    readonly cwd: string,
  ) {}

  static async start(ending: Ending, { release, goBinary, nodeScript }: Tools): Promise<Stage> {
    const broker = { traceTopicEnable: true, recallMessageEnable: true };
    const cluster = await startServers(ending, { broker });
    // Java's clients share out queues again only when they start and when they are told to.
    const flags = ['-Ddriver.pollMs=1000', '-Drocketmq.client.rebalance.waitInterval=3600000'];
    const [java, go, node] = await Promise.all([
      javaDriver(ending, release, cluster, { flags }),
      goDriver(ending, goBinary, cluster),
      nodeDriver(ending, nodeScript, cluster),
    ]);
    return new Stage(new Wire(ending, cluster), java, go, node, tempFolder(ending));
  }

  /** Runs `work` while nobody changes settings of the broker. */
  undisturbed<T>(work: () => Promise<T>): Promise<T> {
    const done = this.changing.then(work);
    const ended = Promise.allSettled([this.relying, done]);
    this.relying = ended;
    return done;
  }

  /** Runs `work`, which changes settings of the broker, while nobody relies on them. */
  changingSettings<T>(work: () => Promise<T>): Promise<T> {
    const done = Promise.allSettled([this.changing, this.relying]).then(work);
    this.changing = Promise.allSettled([done]);
    return done;
  }

  /** What our mqadmin prints; it has to succeed. */
  async mqadmin(...words: (string | number)[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryMqadmin(...words);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, words.join(' '));
    return stdout;
  }

  tryMqadmin(...words: (string | number)[]): Promise<Run> {
    const argv = ['mqadmin', ...words.map(String), '-n', this.wire.cluster.namesrv];
    argv.push('--timeout', '30000');
    return runCommand(argv, { cwd: this.cwd });
  }

  /** What RocketMQ's mqadmin prints. */
  async javaMqadmin(...words: (string | number)[]): Promise<string> {
    const { exit, out, err } = await this.tryJavaMqadmin(...words);
    assert.ok(exit === 0 && out !== '', `${words.join(' ')}: exit code ${exit}\n${err}`);
    return out!;
  }

  tryJavaMqadmin(...words: (string | number)[]): Promise<DriverEvent> {
    const id = `command ${commands++}`;
    this.java.send('admin', id, '', ...words, '-n', this.wire.cluster.namesrv);
    return this.java.event(id, 'admin');
  }
}

/** Clients share out queues every 20 s, and a first time that misses a route would cost as much. */
const SHARING = 'rebalance=500';

/** Starts a push consumer. */
export async function consume(
  driver: Driver,
  id: string,
  group: string,
  topic: string,
  options: readonly string[] = [],
  model = 'CLUSTERING',
): Promise<void> {
  driver.send('push', id, group, topic, model, '*', SHARING, ...options);
  await driver.event(id, 'started');
}

/** Sends one message; its bodies come to consumers as `body`. */
export async function send(
  driver: Driver,
  id: string,
  topic: string,
  body: string,
  ...options: string[]
): Promise<DriverEvent> {
  driver.send('send', id, topic, body, ...options);
  await driver.event(id, 'done');
  return driver.of(id, 'sent')[0]!;
}

/** What brokers call the only member of a group. */
export async function clientIdOf(stage: Stage, group: string): Promise<string> {
  // its heartbeat may come after it has started
  const stdout = await until(`a member of ${group}`, async (saw) => {
    const run = saw(await stage.tryMqadmin('consumerConnection', '-g', group, '--json'));
    return run.code === 0 && run.stdout;
  });
  const [client] = (JSON.parse(stdout) as { connectionSet: { clientId: string }[] }).connectionSet;
  return client!.clientId;
}

export const bodiesOf = (driver: Driver, ...ids: string[]): string[] =>
  ids.flatMap((id) => driver.of(id, 'message').map((message) => message.body!));

/** Waits until consumers together have had exactly these bodies, in any order. */
export async function expectBodies(
  driver: Driver,
  ids: readonly string[],
  bodies: readonly string[],
): Promise<void> {
  const wanted = [...bodies].sort().join();
  const enough = (): boolean => bodiesOf(driver, ...ids).length >= bodies.length;
  await driver.until(`${bodies.length} messages for ${ids.join()}`, enough);
  assert.equal(
    bodiesOf(driver, ...ids)
      .sort()
      .join(),
    wanted,
  );
}

/** Waits until the group has committed the ends of these queues. */
export async function committedEnds(
  { wire }: Stage,
  group: string,
  topic: string,
  queues: readonly number[],
): Promise<void> {
  const count = Math.max(...queues) + 1;
  await until(`commits of ${group}`, async () => {
    const ends = await wire.maxOffsets(topic, count);
    const committed = await wire.committed(group, topic, count);
    return queues.every((queue) => Math.max(0, committed[queue]!) === ends[queue]);
  });
}
