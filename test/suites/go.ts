// The examples of rocketmq-client-go v2, against servers that run here: its own tests talk to mocks.
// Its module comes from Go's module proxy, in the version that the interop tests pin.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canRun, runChild } from '../support/child.js';
import type { Cluster, Launch, Settings } from '../support/cluster.js';
import { type Ending, tempFolder } from '../support/temp.js';
import { Wire } from '../support/wire.js';
import { GO_EXAMPLES } from './go-examples.js';
import { GoStage } from './go-stage.js';
import { type Expected, notApplicable, type Outcome } from './outcome.js';
import { startSuiteServers } from './suite-servers.js';

const MODULE = 'github.com/apache/rocketmq-client-go/v2';
const PINNED = fileURLToPath(new URL('../interop/go', import.meta.url));
/** Each example is a group of one. */
const CASE = 'main.go';
const NAMESRV = /(http:\/\/)?127\.0\.0\.1:9876/g;
const BROKER = /127\.0\.0\.1:10911/g;
const AUTH = 'org.apache.rocketmq.auth.authentication.provider';
/** What the examples sign with. */
const ACCOUNT = { accessKey: 'RocketMQ', secretKey: '12345678' };
const PLAIN: Settings = {
  traceTopicEnable: true,
  transactionCheckInterval: 3000,
  transactionTimeOut: 1000,
};
const SECURED: Settings = {
  authenticationEnabled: true,
  authenticationProvider: `${AUTH}.DefaultAuthenticationProvider`,
  authenticationMetadataProvider: `${AUTH}.LocalAuthenticationMetadataProvider`,
  initAuthenticationUser: JSON.stringify({
    username: ACCOUNT.accessKey,
    password: ACCOUNT.secretKey,
  }),
  innerClientAuthenticationCredentials: JSON.stringify(ACCOUNT),
};

/** Why there can be no Go suite here, if so. */
export async function withoutGo(): Promise<string | undefined> {
  if (!(await canRun('go', 'version'))) return 'there is no go on the PATH';
  const fetched = await canRun('go', '-C', PINNED, 'mod', 'download', MODULE);
  return fetched ? undefined : `${MODULE} cannot be fetched (see: go env GOPROXY)`;
}

export class GoSuite {
  readonly groups = Object.keys(GO_EXAMPLES);
  private securedWire: Promise<Wire> | undefined;

  private constructor(
    private readonly ending: Ending,
    private readonly launch: Launch,
    /** The module's, and a copy of it with other addresses. */
    private readonly from: string,
    private readonly folder: string,
    private readonly plainWire: Wire,
  ) {}

  static async prepare(ending: Ending, launch: Launch): Promise<GoSuite> {
    const listed = await runChild('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], { cwd: PINNED });
    const from = listed.trim();
    const folder = tempFolder(ending);
    copyOf(from, folder);
    return new GoSuite(ending, launch, from, folder, await wireTo(ending, launch, PLAIN));
  }

  async run(group: string, list: Expected, all: boolean): Promise<Outcome[]> {
    if (!all && notApplicable(list, group).includes(CASE)) return [];
    const reason = await this.play(group);
    return [{ group, name: CASE, end: reason === '' ? 'passed' : 'failed', reason }];
  }

  /** What went wrong, or nothing. */
  private async play(example: string): Promise<string> {
    const { secured, others = [], steps } = GO_EXAMPLES[example];
    const wire = secured ? await this.secured() : this.plainWire;
    const home = tempFolder(this.ending);
    const binaries: Record<string, string> = {};
    for (const name of [example, ...others]) {
      binaries[name] = await this.build(name, wire.cluster, home);
    }
    const stage = new GoStage(example, home, binaries, wire);
    try {
      await steps(stage);
      return '';
    } catch (error) {
      return `${String(error)}: ${stage.describe()}`.replace(/\s+/g, ' ').slice(0, 400);
    } finally {
      await stage.end();
    }
  }

  private async build(example: string, cluster: Cluster, target: string): Promise<string> {
    const main = join('examples', example, 'main.go');
    const text = readFileSync(join(this.from, main), 'utf8');
    const addressed = text.replace(NAMESRV, cluster.namesrv).replace(BROKER, cluster.broker);
    writeFileSync(join(this.folder, main), addressed);
    const binary = join(target, example.replaceAll('/', '-'));
    const args = ['build', '-buildvcs=false', '-o', binary, `./${dirname(main)}`];
    await runChild('go', args, { cwd: this.folder });
    return binary;
  }

  /** The broker that checks accounts, started when it is needed. */
  private secured(): Promise<Wire> {
    return (this.securedWire ??= wireTo(this.ending, this.launch, SECURED));
  }
}

async function wireTo(ending: Ending, launch: Launch, settings: Settings): Promise<Wire> {
  const servers = await startSuiteServers(ending, launch, ['broker-a'], settings);
  const [[brokerName, broker]] = servers.brokers;
  const account = settings === SECURED ? ACCOUNT : undefined;
  return new Wire(ending, { namesrv: servers.namesrv, broker, brokerName }, account);
}

/** Go keeps modules so that nobody can write to them. */
function copyOf(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const target = join(to, entry.parentPath.slice(from.length), entry.name);
    if (entry.isDirectory()) mkdirSync(target, { recursive: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readFileSync(join(entry.parentPath, entry.name)));
    }
  }
}
