// Commands that read a store's own files: what RocketMQ's print of the same files, and the way of a
// store whose configuration is in RocksDB into a broker.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MqError } from '../../src/base/errors.js';
import { createSession } from '../../src/client/session.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { runCommand } from '../support/commands.js';
import { offlineCases, unpackStore } from '../support/golden.js';
import { startServers } from '../support/servers.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';

test('the text of RocketMQ', async (t) => {
  const ending = endingWith((work) => t.after(work));
  for (const [name, cases] of offlineCases()) {
    const root = unpackStore(tempFolder(ending), name);
    const config = join(root, 'config');
    for (const { command, stdout } of cases) {
      const argv = command.replace('CONFIG', config).replace('-f ', `-f ${root}/compaction/`);
      const run = await runCommand(['mqadmin', ...argv.split(' ')]);
      assert.equal(run.stdout, stdout, command);
      assert.equal(run.stderr, '');
      assert.equal(run.code, 0);
    }
  }
});

test('--json, and a file', async (t) => {
  const root = unpackStore(tempFolder(endingWith((work) => t.after(work))), 'rocksdb-kill9');
  const config = join(root, 'config');
  const json = async (...argv: string[]): Promise<Record<string, Record<string, unknown>>> =>
    JSON.parse((await runCommand(['mqadmin', ...argv, '--json'])).stdout) as never;
  const convert = ['rocksDBConfigToJson', '-p', config, '-t'];
  const { offsetTable } = await json(...convert, 'consumerOffsets');
  assert.deepEqual(offsetTable?.['RdbTopic@Group_1'], { 0: 30, 1: 0 });
  const exported = await json('exportMetadataInRocksDB', '-p', config, '-t', 'topics');
  assert.equal(Object.keys(exported.topicConfigTable!).length, 32);
  const file = join(root, 'out.json');
  const argv = ['mqadmin', ...convert, 'topics', '-e', file];
  for (let i = 0; i < 2; i++) assert.equal((await runCommand(argv)).code, 0);
  assert.match(readFileSync(file, 'utf8'), /^\{\n\t"dataVersion":\{\n\t\t"counter":25,/);
  assert.ok(existsSync(`${file}.bak`));
});

test('what is wrong is said in a line', async (t) => {
  const root = unpackStore(tempFolder(endingWith((work) => t.after(work))), 'rocksdb-kill9');
  const config = join(root, 'config');
  const line = async (text: string): Promise<string> => {
    const run = await runCommand(['mqadmin', ...text.split(' ')]);
    assert.notEqual(run.code, 0, text);
    return run.stderr.split('\n')[0]!;
  };
  const rows = {
    [`exportMetadataInRocksDB -p ${root}/no -t topics`]: /^error: RocksDB path is invalid\.$/,
    [`exportMetadataInRocksDB -p ${config} -t wrong`]: /config\/wrong cannot be opened/,
    [`exportMetadataInRocksDB -p ${config} -t consumerOffsets`]: /^error: Invalid config type=/,
    [`rocksDBConfigToJson -p ${root}/no -t topics`]: /^error: Rocksdb path is invalid\.$/,
    [`rocksDBConfigToJson -p ${config} -t wrong`]: /^error: Invalid configType: wrong please inp/,
    [`rocksDBConfigToJson -p ${config}`]: /^error: local mode Invalid args, please input configTy/,
    [`rocksDBConfigToJson -p ${root} -t topics`]: /topics cannot be opened: there is no RocksDB$/,
    [`dumpCompactionLog`]: /^error: miss dump log file name$/,
    [`dumpCompactionLog -f ${root}/no`]: /^error: file .*no not exist\.$/,
    [`dumpCompactionLog -f ${root}`]: /^error: file .* is a directory\.$/,
  };
  for (const [text, expected] of Object.entries(rows)) assert.match(await line(text), expected);
});

/** The hint of a broker that does not start on the store. */
async function refusal(ending: Ending, folder: string): Promise<string> {
  try {
    await startServers(ending, { folder, broker: { brokerName: 'broker-r' } });
  } catch (error) {
    assert.ok(error instanceof MqError);
    assert.match(error.message, /its metadata is in RocksDB \(.*config\/topics\)/);
    return error.hint ?? '';
  }
  throw new Error('the broker has started');
}

test('a store with RocksDB is served once its configuration is exported', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  unpackStore(folder, 'rocksdb-kill9');
  const hint = await refusal(ending, folder);
  const commands = hint.replace(/^.*?: /, '').split(' && ');
  assert.equal(commands.length, 6);
  for (const words of commands.map((text) => text.split(' '))) {
    if (words[0] === 'mv') renameSync(words[1]!, words[2]!);
    else assert.equal((await runCommand(words)).code, 0);
  }
  const store = { mappedFileSizeCommitLog: 1024 * 1024, maxHashSlotNum: 1000, maxIndexNum: 4000 };
  const broker = { brokerName: 'broker-r' };
  const { namesrv, broker: address } = await startServers(ending, { folder, broker, store });
  const session = createSession({
    namesrvAddrs: [namesrv],
    clock: systemClock,
    log: silentLogger,
  });
  ending.after(() => session.close());
  const at = { topic: 'RdbTopic', queueId: 0 };
  const end = await session.request(address, 'GET_MAX_OFFSET', at);
  assert.equal(end.header.offset, 30);
  const offset = { ...at, consumerGroup: 'Group_1' };
  const kept = await session.request(address, 'QUERY_CONSUMER_OFFSET', offset);
  assert.equal(kept.header.offset, 30);
  const status = await runCommand(['mqadmin', 'topicRoute', '-n', namesrv, '-t', 'Extra_4']);
  assert.match(status.stdout, /"perm":4/);
  const groups = ['mqadmin', 'getConsumerConfig', '-n', namesrv, '-g', 'Group_3'];
  assert.match((await runCommand(groups)).stdout, /retryMaxTimes += {2}3/);
});
