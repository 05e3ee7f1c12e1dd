// The account in conf/tools.yml.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadCredentials } from '../../../src/cli/access/credentials.js';
import { createServer } from '../../../src/remoting/server.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { captured, runCommand } from '../../support/commands.js';
import { endingWith, tempFolder } from '../../support/temp.js';

function home(t: TestContext, text?: string): string {
  const folder = tempFolder(endingWith((work) => t.after(work)));
  mkdirSync(join(folder, 'conf'));
  if (text !== undefined) writeFileSync(join(folder, 'conf', 'tools.yml'), text);
  return folder;
}

const load = (ROCKETMQ_HOME: string) => loadCredentials(captured({ env: { ROCKETMQ_HOME } }).io);

test('keys as RocketMQ’s tools.yml has them', (t) => {
  const text = '# mine\r\naccessKey: rocketmq2\r\nsecretKey: "12345678" # secret\r\n';
  assert.deepEqual(load(home(t, text)), { accessKey: 'rocketmq2', secretKey: '12345678' });
  assert.equal(load(home(t, 'accessKey: x\n')), undefined);
  assert.equal(load(home(t)), undefined);
});

test('requests of a command are signed with it', async (t) => {
  const seen: unknown[] = [];
  const server = createServer({
    host: '127.0.0.1',
    ports: [0],
    handlers: {
      GET_ALL_TOPIC_LIST_FROM_NAMESERVER: (_header, call) => {
        seen.push(call.frame.ext);
        return { body: Buffer.from('{"topicList":["T"]}') };
      },
    },
    clock: systemClock,
    log: silentLogger,
  });
  await server.start();
  t.after(() => server.stop());
  const argv = ['mqadmin', 'topicList', '-n', `127.0.0.1:${server.port()}`];
  const ROCKETMQ_HOME = home(t, 'accessKey: me\nsecretKey: mine\n');
  const { stdout } = await runCommand(argv, { env: { ROCKETMQ_HOME } });
  assert.equal(stdout, 'T\n');
  const [fields] = seen as Record<string, string>[];
  assert.equal(fields!.AccessKey, 'me');
  assert.match(fields!.Signature!, /^[\w+/]{27}=$/);
});
