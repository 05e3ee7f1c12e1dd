// The tests of ali-ons (Node), from a checkout, for its npm package is without them: a copy of it
// gets the addresses of servers that run here.

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { Child } from '../support/child.js';
import type { Launch } from '../support/cluster.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { Wire } from '../support/wire.js';
import type { Expected, Outcome } from './outcome.js';
import { startSuiteServers } from './suite-servers.js';

/** Where the tests look for a name server, and for a page that names one. */
const NAMESRV = /localhost:9876|112\.124\.141\.191:80/g;
const PAGE = /http:\/\/onsaddr-internet\.aliyun\.com\/rocketmq\/nsaddr4client-internet/g;
/** Two brokers have it, as where the client's own authors run them. */
const TOPIC = 'TP_alions_test_topic';
/** The outermost title is the name of a file. */
const FILE_TITLE = /^test\/\S+\.test\.js /;
const FILE_TIMEOUT_MS = 900_000;

interface MochaCase {
  fullTitle: string;
  err: { message?: string };
}

interface MochaReport {
  passes: MochaCase[];
  pending: MochaCase[];
  failures: MochaCase[];
}

export class OnsSuite {
  private constructor(
    private readonly ending: Ending,
    private readonly folder: string,
    /** Files of tests. */
    readonly groups: readonly string[],
  ) {}

  static async prepare(ending: Ending, launch: Launch, checkout: string): Promise<OnsSuite> {
    const names = ['broker-a', 'broker-b'];
    const { namesrv, brokers } = await startSuiteServers(ending, launch, names, {});
    for (const [brokerName, broker] of brokers) {
      await new Wire(ending, { namesrv, broker, brokerName }).createTopic(TOPIC);
    }
    const page = createServer((_request, response) => response.end(namesrv));
    await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening));
    ending.after(() => page.close());
    const url = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
    const folder = tempFolder(ending);
    for (const name of ['lib', 'test', 'example', 'package.json']) {
      cpSync(join(checkout, name), join(folder, name), { recursive: true });
    }
    symlinkSync(resolve(checkout, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const name of ['lib', 'test', 'example']) pointTo(join(folder, name), namesrv, url);
    return new OnsSuite(ending, folder, testFiles(folder));
  }

  async run(group: string, list: Expected, all: boolean): Promise<Outcome[]> {
    const home = join(tempFolder(this.ending), 'home');
    mkdirSync(home);
    const env = { HOME: home, TEST_REPORTER: 'json', TEST_TIMEOUT: '120000' };
    const eggBin = join('node_modules', '.bin', 'egg-bin');
    const mocha = new Child(eggBin, ['test', group, '--exit'], { cwd: this.folder, env });
    const timer = setTimeout(() => void mocha.stop(), FILE_TIMEOUT_MS);
    await mocha.ended;
    clearTimeout(timer);
    const report = reportIn(mocha.lines);
    if (!report) return [{ group, name: '(file)', end: 'failed', reason: 'wrote no report' }];
    const outcomes = [
      ...report.passes.map((one) => outcome(group, one, 'passed')),
      ...report.pending.map((one) => outcome(group, one, 'ignored')),
      ...report.failures.map((one) => outcome(group, one, 'failed')),
    ];
    const known = list.cases[group] ?? {};
    return outcomes.filter(({ name }) => all || !known[name]?.startsWith('not applicable'));
  }
}

function outcome(group: string, { fullTitle, err }: MochaCase, end: Outcome['end']): Outcome {
  const reason = (err.message ?? '').replace(/\s+/g, ' ').slice(0, 300);
  return { group, name: fullTitle.replace(FILE_TITLE, ''), end, reason };
}

function pointTo(folder: string, namesrv: string, page: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue;
    const file = join(entry.parentPath, entry.name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(NAMESRV, namesrv).replace(PAGE, page));
  }
}

function testFiles(folder: string): string[] {
  const names = readdirSync(join(folder, 'test'), { recursive: true }).map(String);
  return names.filter((name) => name.endsWith('.test.js')).map((name) => join('test', name));
}

/** The reporter's document stands among lines that the tests wrote. */
function reportIn(lines: readonly string[]): MochaReport | undefined {
  const start = lines.lastIndexOf('{');
  const end = lines.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  return JSON.parse(lines.slice(start, end + 1).join('\n')) as MochaReport;
}
