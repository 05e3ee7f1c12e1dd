// The commands about lite topics print what RocketMQ's print of the same lite topics.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { runCommand } from '../support/commands.js';
import { goldenText } from '../support/golden.js';
import { startServers } from '../support/servers.js';
import { Ending } from '../support/temp.js';
import { until } from '../support/until.js';
import { LiteTalk, PARENT } from '../server/broker/lite-answers.js';
import { fillLite } from './lite-fill.js';

const ending = new Ending();
after(() => ending.run());

/** Times, addresses and RocketMQ's count of queues, which holds those of system topics. */
const steady = (text: string): string =>
  text
    .replace(/127\.0\.0\.1:\d+ */g, 'address ')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/g, 'time')
    .replace(/\d{13} \(\d+ s ago\)/g, 'time')
    .replace(/^(address default( +\d+){4} +)\d+/gm, '$1n');

const cases = goldenText('mqadmin/lite.txt')
  .split('=== ')
  .slice(1)
  .map((part) => {
    const end = part.indexOf('\n');
    return { words: part.slice(0, end).split(' '), text: part.slice(end + 1) };
  });

test('every command prints what RocketMQ prints', async () => {
  const store = { enableLmq: true, enableMultiDispatch: true };
  const { broker, namesrv } = await startServers(ending, { store });
  const talk = new LiteTalk(broker);
  ending.after(() => talk.close());
  await fillLite(talk);
  await until('the route of the parent topic', async () => {
    const { code } = await runCommand(['mqadmin', 'topicRoute', '-n', namesrv, '-t', PARENT]);
    return code === 0;
  });
  assert.equal(cases.length, 10);
  for (const { text, words } of cases) {
    const argv = words.map((word) => (word === ':broker' ? broker : word));
    const { code, stderr, stdout } = await runCommand(['mqadmin', ...argv, '-n', namesrv]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, words.join(' '));
    assert.equal(steady(stdout), steady(text), words.join(' '));
  }
});
