// docs/graduate.md as its reader would run it: every command of the page, in order, between our
// brokers and those of Apache RocketMQ 5.5.0, while a producer and a consumer are at work.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { startNamesrv } from '../support/namesrv.js';
import { freePort } from '../support/ports.js';
import { type JavaRelease, javaRelease } from '../support/release.js';
import { releaseTree } from '../support/release-tree.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import type { Driver } from './driver.js';

const PAGE = new URL('../../docs/graduate.md', import.meta.url);
const TOPIC = 'Graduate';
const QUEUES = 4;
const [PRODUCER, CONSUMER] = ['pg', 'cg'];
/** Of one step: JVMs start and stop in it, on a busy machine. */
const PATIENCE_MS = 180_000;
/** New messages through both clients before the next step. */
const A_FEW = 50;

interface Step {
  /** The heading that it stands under. */
  about: string;
  commands: string;
}

function stepsOf(page: string): Step[] {
  const parts = page.split(/^```sh\n/m);
  return parts.slice(1).map((part, i) => {
    const headings = parts
      .slice(0, i + 1)
      .join('')
      .match(/^##+ .*$/gm)!;
    return { about: headings.at(-1)!.replace(/^#+ /, ''), commands: part.split(/^```$/m)[0]! };
  });
}

/** The unpacked binary release as far as the page uses it, around the jars that are here. */
function unpackedRelease(ending: Ending, release: JavaRelease): string {
  const home = tempFolder(ending);
  const { command, args } = release.commandLine('org.apache.rocketmq.broker.BrokerStartup', [], {
    home,
    heapMb: 384,
  });
  const words = [command, ...args].map((word) => `'${word}'`).join(' ');
  const scripts = {
    mqbroker: `echo $$ >'${home}/pid'\nexport ROCKETMQ_HOME='${home}'\nexec ${words} "$@"\n`,
    mqshutdown: `kill "$(cat '${home}/pid')"\n`,
  };
  mkdirSync(join(home, 'bin'));
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(home, 'bin', name), `#!/bin/sh\n${text}`);
    chmodSync(join(home, 'bin', name), 0o755);
  }
  return home;
}

/** Runs what the page says, in one folder; what it leaves running ends with the test. */
class Terminal {
  private readonly folder: string;
  private readonly groups: number[] = [];

  constructor(
    ending: Ending,
    private readonly names: Record<string, string | number>,
  ) {
    this.folder = tempFolder(ending);
    ending.after(() => {
      for (const group of this.groups) {
        try {
          process.kill(-group, 'SIGKILL');
        } catch {
          continue; // all of it has ended
        }
      }
    });
  }

  async run({ about, commands }: Step): Promise<void> {
    const names = Object.entries(this.names).map(([name, value]) => `${name}='${value}'\n`);
    const text = `set -e\n${names.join('')}${commands}`;
    const env = { ...process.env, HOME: this.folder, NAMESRV_ADDR: '' };
    const options = { cwd: this.folder, env, detached: true, stdio: 'pipe' } as const;
    const child = spawn('sh', ['-c', text], options);
    this.groups.push(child.pid!);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    // A page that waits for a broker which does not start would wait for ever.
    const late = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), PATIENCE_MS);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(late);
    assert.equal(code, 0, `${about}:\n${commands}\n${output}\n${this.logs()}`);
  }

  private logs(): string {
    const read = (name: string): string => {
      try {
        return readFileSync(join(this.folder, name), 'utf8').slice(-2000);
      } catch {
        return '';
      }
    };
    return ['broker-a.log', 'broker-b.log'].map(read).join('\n');
  }
}

/** What the clients have done so far. */
class Traffic {
  constructor(private readonly driver: Driver) {}

  async begin(): Promise<void> {
    this.driver.send('push', CONSUMER, 'G_graduate', TOPIC, 'CLUSTERING', '*');
    this.driver.send('endless', PRODUCER, TOPIC);
    await this.goesOn('the start');
  }

  /** Both clients get on: new messages are acknowledged, and newer ones than those arrive. */
  async goesOn(after: string): Promise<void> {
    const sent = this.sent().length + A_FEW;
    const enough = (): boolean => this.sent().length >= sent;
    await this.driver.until(`messages sent after ${after}`, enough, PATIENCE_MS);
    const last = this.sent().at(-1)!;
    await this.driver.until(`messages received after ${after}`, () => this.received().has(last));
  }

  /** Every message that was acknowledged arrives. */
  async end(): Promise<number> {
    await this.driver.stop(PRODUCER);
    const sent = this.sent();
    const missing = (): string[] => {
      const received = this.received();
      return sent.filter((body) => !received.has(body));
    };
    const all = (): boolean => missing().length === 0;
    await this.driver.until('all messages', all).catch(() => assert.deepEqual(missing(), []));
    await this.driver.stop(CONSUMER);
    return sent.length;
  }

  private sent(): string[] {
    return this.driver.of(PRODUCER, 'sent').map(({ key }) => key!);
  }

  private received(): Set<string> {
    return new Set(this.driver.of(CONSUMER, 'message').map(({ body }) => body!));
  }
}

test('every command of docs/graduate.md, while clients run: nothing is lost or skipped', async (t) => {
  const release = await need(t, javaRelease);
  if (!release) return;
  const ending = endingWith((work) => t.after(work));
  const namesrv = (await startNamesrv(ending, tempFolder(ending))).address;
  const [portA, portB] = [await freePort(-2, 1), await freePort(-2, 1)];
  const names = {
    POCKETMQ: await releaseTree(ending),
    ROCKETMQ: unpackedRelease(ending, release),
    NAMESRV: namesrv,
    PORT_A: portA,
    PORT_B: portB,
  };
  const [naming, first, ...steps] = stepsOf(readFileSync(PAGE, 'utf8'));
  const named = naming!.commands.matchAll(/^(\w+)=/gm);
  assert.deepEqual(
    [...named].map(([, name]) => name),
    Object.keys(names),
  );
  const terminal = new Terminal(ending, names);
  await terminal.run(first!);
  const cluster = { namesrv, broker: `127.0.0.1:${portA}`, brokerName: 'broker-a' };
  await new Wire(ending, cluster).createTopic(TOPIC, QUEUES);
  const flags = ['-Ddriver.pollMs=1000'];
  const traffic = new Traffic(await javaDriver(ending, release, cluster, { flags }));
  await traffic.begin();
  let since = performance.now();
  for (const [i, step] of steps.entries()) {
    await terminal.run(step);
    const ran = performance.now();
    // Where the step leaves no master, the next one brings it.
    const masterIsThere = /mqbroker/.test(step.commands);
    if (masterIsThere) await traffic.goesOn(`step ${i + 1}: ${step.about}`);
    t.diagnostic(
      `step ${i + 1}, ${step.about}: ${Math.round(ran - since)} + ${Math.round(performance.now() - ran)} ms`,
    );
    since = performance.now();
  }
  t.diagnostic(`${await traffic.end()} messages`);
});
