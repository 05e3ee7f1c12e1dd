// The shell: scripts from a pipe, what Ctrl-C ends, connections that stay, and a real terminal.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { createServer } from '../../../src/remoting/server.js';
import { canRun, Child, runChild } from '../../support/child.js';
import { runCommand, type Run } from '../../support/commands.js';
import type { Cluster } from '../../support/cluster.js';
import { startServers } from '../../support/servers.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';

const ending = new Ending();
let cluster: Cluster;

before(async () => {
  cluster = await startServers(ending);
});

after(() => ending.run());

/** Runs a script in the shell. */
function shell(
  script: string,
  argv: string[] = [],
  env: Record<string, string> = {},
): Promise<Run> {
  const streams = () => ({ input: Readable.from([script]), output: new PassThrough() });
  const variables = { POCKETMQ_HOME: '/nonexistent', NAMESRV_ADDR: cluster.namesrv, ...env };
  return runCommand(['mqadmin', 'shell', ...argv], { streams, env: variables });
}

test('a script runs to its end', async () => {
  const script = `# a comment, then a blank line

topicClusterList -t TBW102
mqadmin TOPICCLUSTERLIST \\
  -t "TBW102"
use
exit
no such command`;
  assert.deepEqual(await shell(script), {
    code: 0,
    stdout: `DefaultCluster\nDefaultCluster\n${cluster.namesrv}\n`,
    stderr: '',
  });
});

test('a script stops at the first failure, with its exit code, unless -k is given', async () => {
  const script = 'topicRoute -t nosuch\ntopicRoute\ntopicClusterList -t TBW102\n';
  const stopped = await shell(script);
  assert.equal(stopped.code, 1);
  assert.equal(stopped.stdout, '');
  assert.match(stopped.stderr, /^error: topic nosuch does not exist\n/);
  assert.match(stopped.stderr, /line 1: exit code 1: topicRoute -t nosuch\n$/);
  const gone = await shell(script, ['-k']);
  assert.equal(gone.code, 1);
  assert.match(gone.stdout, /DefaultCluster\n$/);
  assert.match(gone.stderr, /line 2: exit code 2: topicRoute\n/);
});

test('help, the list of commands, and what cannot be', async () => {
  const { code, stdout, stderr } = await shell('help\nhelp topicList\ncommands\nshell\n');
  assert.equal(code, 2);
  assert.match(stdout, /^Commands of mqadmin/);
  assert.match(stdout, /\nusage: mqadmin topicList /);
  assert.match(stdout, /\n {3}consumerProgress +Query consumer's progress, speed\.\n/);
  assert.match(stderr, /error: this is the shell already/);
  const many = await shell('use a:1 b:1\n');
  assert.match(many.stderr, /'b:1' is one word too many/);
});

test('another name server, and a profile with its account', async (t) => {
  const { address, accounts } = await asked(t);
  const POCKETMQ_HOME = tempFolder(ending);
  const account = ['--access-key', 'me', '--secret-key', 'mine'];
  const add = ['profile', 'add', 'other', '-n', address, ...account];
  await runCommand(['mqadmin', ...add], { env: { POCKETMQ_HOME } });
  const script = `topicList\nuse ${address}\ntopicList\nuse other\ntopicList`;
  const { code, stdout, stderr } = await shell(script, [], { POCKETMQ_HOME });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /TBW102/);
  assert.ok(stdout.endsWith(`${address}\nprofile other: ${address} as me\n`));
  assert.deepEqual(accounts, [undefined, 'me']);
  const given = await shell('topicList', ['-n', address, ...account]);
  assert.equal(given.code, 0, given.stderr);
  assert.equal(accounts.pop(), 'me');
});

/** A name server that keeps who asked. */
async function asked(t: TestContext): Promise<{ address: string; accounts: unknown[] }> {
  const accounts: unknown[] = [];
  const server = createServer({
    host: '127.0.0.1',
    ports: [0],
    handlers: {
      GET_ALL_TOPIC_LIST_FROM_NAMESERVER: (_header, call) => {
        accounts.push(call.frame.ext?.AccessKey);
        return { body: Buffer.from('{"topicList":[]}') };
      },
    },
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  t.after(() => server.stop());
  return { address: `127.0.0.1:${server.port()}`, accounts };
}

test('connections stay open; Ctrl-C ends the command, not the shell', async (t) => {
  let connections = 0;
  const dumb = createTcpServer((socket) => {
    connections++;
    socket.on('error', () => undefined); // the shell closes what does not answer
  });
  await new Promise<void>((resolve) => dumb.listen(0, '127.0.0.1', resolve));
  t.after(() => dumb.close());
  const { port } = dumb.address() as { port: number };
  let interrupt: ((signal: string) => void) | undefined;
  const onSignal = (fn: (signal: string) => void) => {
    interrupt = fn;
    return () => (interrupt = undefined);
  };
  const input = new PassThrough();
  const env = { POCKETMQ_HOME: '/nonexistent', NAMESRV_ADDR: cluster.namesrv };
  const streams = () => ({ input, output: new PassThrough() });
  const running = runCommand(['mqadmin', 'shell', '-k'], { streams, env, onSignal });
  input.write(`topicList -n 127.0.0.1:${port}\n`);
  await until('a request that nobody answers', () => connections === 1);
  interrupt!('SIGINT');
  input.end('topicClusterList -t TBW102\n');
  const { code, stdout, stderr } = await running;
  assert.equal(code, 130);
  assert.equal(stdout, 'DefaultCluster\n');
  assert.equal(stderr, `line 1: exit code 130: topicList -n 127.0.0.1:${port}\n`);
});

const bin = fileURLToPath(new URL('../../../bin', import.meta.url));

test('at a terminal: prompt, completion, history, exit codes, Ctrl-C', async (t) => {
  if (!(await canRun('script', '--version'))) {
    t.diagnostic('there is no script(1) here to make a terminal with');
    return;
  }
  await runChild(process.execPath, [join(bin, 'run.js'), '-v']); // builds where needed
  const home = tempFolder(ending);
  const env = { POCKETMQ_HOME: home, NAMESRV_ADDR: cluster.namesrv, TERM: 'xterm', NO_COLOR: '1' };
  const terminal = new Terminal(join(bin, 'mqadmin'), env);
  t.after(() => terminal.child.kill());
  await terminal.shows(`mqadmin ${cluster.namesrv}> `);
  // a tab that comes with other characters is text that was pasted
  terminal.type('topicClusterL');
  await terminal.shows('topicClusterL');
  terminal.type('\t');
  await terminal.shows('ist ');
  terminal.type('-t TBW');
  await terminal.shows('TBW');
  await terminal.completes('102 ');
  terminal.type('\r');
  await terminal.shows('DefaultCluster\r\n');
  terminal.type('topicRoute -t nosuch\r');
  await terminal.shows(`mqadmin ${cluster.namesrv} [1]> `);
  terminal.type('createUser -u me -p secret');
  terminal.type('\u0003');
  await terminal.shows(`[1]> `);
  terminal.type('clusterList -i 1\r');
  await terminal.shows('#Cluster Name');
  await terminal.shows('broker-a');
  terminal.type('\u0003');
  await terminal.shows(`mqadmin ${cluster.namesrv}`);
  terminal.type('exit\r');
  assert.equal(await terminal.child.ended, 0);
  const history = join(home, 'shell-history');
  const lines = ['topicClusterList -t TBW102 ', 'topicRoute -t nosuch', 'clusterList -i 1', 'exit'];
  assert.equal(readFileSync(history, 'utf8'), `${lines.join('\n')}\n`);
  assert.equal(statSync(history).mode & 0o777, 0o600);
});

/** How long one waits for a completion before the key is pressed again. */
const AGAIN_MS = 2000;

/** A pseudo terminal with the shell in it. */
class Terminal {
  readonly child: Child;
  private seen = 0;
  private text = '';

  constructor(program: string, env: Record<string, string>) {
    const command = `stty cols 200; exec '${program}' shell`;
    this.child = new Child('script', ['-qec', command, '/dev/null'], { env });
    this.child.onText((text) => (this.text += text));
  }

  type(text: string): void {
    this.child.write(text);
  }

  /** Presses the key until it is shown: a busy machine has no names in half a second. */
  async completes(text: string): Promise<void> {
    await until(`${JSON.stringify(text)} after the key`, () => {
      this.type('\t');
      return this.shows(text, AGAIN_MS).then(
        () => true,
        () => false,
      );
    });
  }

  /** Waits until it is shown after what was waited for last. */
  async shows(text: string, timeoutMs?: number): Promise<void> {
    const look = (): boolean => {
      const at = this.text.indexOf(text, this.seen);
      if (at >= 0) this.seen = at + text.length;
      return at >= 0;
    };
    await until(JSON.stringify(text), look, timeoutMs).catch((error: Error) => {
      throw new Error(`${error.message}; the terminal shows ${JSON.stringify(this.text)}`);
    });
  }
}
