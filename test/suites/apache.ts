// Apache RocketMQ's integration tests (rocketmq-test 5.5.0, classifier tests, from Maven Central)
// against servers that run here: IntegrationTestBase, which would start Java's, is replaced.

import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSuites } from '../../scripts/java-release.mjs';
import { Child, runChild } from '../support/child.js';
import type { Launch } from '../support/cluster.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { type End, type Expected, notApplicable, type Outcome } from './outcome.js';
import { startSuiteServers, type SuiteServers } from './suite-servers.js';

const ROOT = 'org.apache.rocketmq.test.';
const CLASS_TIMEOUT_MS = 900_000;
/** As the replaced class starts its brokers. */
const SETTINGS = { enablePropertyFilter: true, recallMessageEnable: true };

export class ApacheSuite {
  private constructor(
    private readonly ending: Ending,
    private readonly classPath: string,
    /** Names of the test classes, without what all begin with. */
    readonly groups: readonly string[],
    private readonly servers: SuiteServers,
  ) {}

  static async prepare(ending: Ending, launch: Launch, list: Expected): Promise<ApacheSuite> {
    const { lib, tests } = installSuites();
    const classes = tempFolder(ending);
    const sources = fileURLToPath(new URL('java', import.meta.url));
    const files = readdirSync(sources).map((file) => join(sources, file));
    const jars = [tests, join(lib, '*')].join(delimiter);
    await runChild('javac', ['-nowarn', '-d', classes, '-cp', jars, ...files]);
    const found = (await runChild('jar', ['tf', tests])).split('\n').map(groupOf);
    const groups = found.filter((name) => name !== undefined && !isWithout(list, name));
    const names = ['broker-a', 'broker-b', 'broker-c'];
    const servers = await startSuiteServers(ending, launch, names, SETTINGS);
    return new ApacheSuite(ending, [classes, jars].join(delimiter), groups as string[], servers);
  }

  /** Runs one class in a process of its own; `all` also what the list calls not applicable. */
  async run(group: string, list: Expected, all: boolean): Promise<Outcome[]> {
    const { namesrv, brokers } = this.servers;
    const home = tempFolder(this.ending);
    const left = all ? [] : notApplicable(list, group);
    const java = new Child('java', [
      '-Xmx400m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      `-Duser.home=${home}`,
      `-Djava.io.tmpdir=${home}`,
      `-Dsuite.namesrv=${namesrv}`,
      `-Dsuite.brokers=${brokers.map((pair) => pair.join('=')).join(',')}`,
      ...['-cp', this.classPath, `${ROOT}base.RunCases`, `${ROOT}${group}`, '--without', ...left],
    ]);
    const timer = setTimeout(() => void java.kill(), CLASS_TIMEOUT_MS);
    const end = await java.ended;
    clearTimeout(timer);
    const outcomes = java.lines
      .map((line) => outcomeOf(group, line))
      .filter((one) => one !== undefined);
    if (end === 0) return outcomes;
    return [
      ...outcomes,
      { group, name: '(class)', end: 'failed', reason: java.describe().slice(-300) },
    ];
  }
}

/** The name of a class that holds cases: Apache's end in IT or Test. */
function groupOf(file: string): string | undefined {
  const name = /^(.*(?:IT|Test))\.class$/.exec(file)?.[1].replaceAll('/', '.');
  return name?.startsWith(ROOT) ? name.slice(ROOT.length) : undefined;
}

function isWithout(list: Expected, group: string): boolean {
  return Object.keys(list.without).some((folder) => group.startsWith(`${folder}.`));
}

function outcomeOf(group: string, line: string): Outcome | undefined {
  const [mark, end, , name, , reason] = line.split('\t');
  return mark === 'RESULT' ? { group, name, end: end as End, reason } : undefined;
}
