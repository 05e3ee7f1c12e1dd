// RocksDB read as it lies on the disk: what RocketMQ wrote, whole and damaged, and logs made here.

import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MqError } from '../../../src/base/errors.js';
import { realFiles } from '../../../src/base/files.js';
import { decompressLz4Block } from '../../../src/protocol/lz4.js';
import { readRocksdbConfig } from '../../../src/store/offline/rocksdb-config.js';
import { readDatabase } from '../../../src/store/rocksdb/database.js';
import { unpackStore } from '../../support/golden.js';
import { temporaryFolder } from '../support.js';
import { batch, edit, logFile } from './log.js';

/** A database of logs only. */
function database(t: TestContext, manifest: Buffer[], logs: Record<string, Buffer[]>): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'CURRENT'), 'MANIFEST-000001\n');
  writeFileSync(join(folder, 'MANIFEST-000001'), logFile(manifest));
  for (const [name, records] of Object.entries(logs)) {
    writeFileSync(join(folder, name), logFile(records));
  }
  return folder;
}

function textsOf(folder: string): Record<string, Record<string, string>> {
  const families = [...readDatabase(realFiles, folder)].map(([name, entries]) => {
    const texts = entries.map(({ key, value }) => [key.toString(), value.toString()]);
    return [name, Object.fromEntries(texts) as Record<string, string>] as const;
  });
  return Object.fromEntries(families);
}

test('the newest change of a key counts, of whichever log and family', (t) => {
  const large = 'x'.repeat(100_000);
  const folder = database(
    t,
    [edit({ logNumber: 4 }), edit({ family: 1, add: 'other' }), edit({ family: 1, logNumber: 6 })],
    {
      '000003.log': [batch(1, [{ put: ['gone', 'before the logs that count'] }])],
      '000004.log': [
        batch(2, [{ put: ['a', '1'] }, { put: ['b', '1'] }, { put: ['b', 'new'], family: 1 }]),
        batch(5, [{ remove: 'a' }, { put: ['ä', large] }]),
      ],
      '000006.log': [
        batch(7, [{ put: ['b', '2'] }, { put: ['c', '1'], family: 1 }]),
        batch(9, [
          { put: ['c', '2'], family: 1 },
          { put: ['d', '1'], family: 9 },
        ]),
      ],
    },
  );
  assert.deepEqual(textsOf(folder), { default: { b: '2', ä: large }, other: { c: '2' } });
});

test('a log that is cut off anywhere gives what is whole', (t) => {
  const records = [0, 1, 2, 3].map((i) => batch(i + 1, [{ put: [`k${i}`, 'v'.repeat(50)] }]));
  const whole = logFile(records);
  const folder = database(t, [edit({ logNumber: 4 })], { '000004.log': records });
  for (let length = 0; length <= whole.length; length += 7) {
    writeFileSync(join(folder, '000004.log'), whole.subarray(0, length));
    const found = Object.keys(textsOf(folder).default!);
    const expected = Math.floor(length / (whole.length / 4));
    assert.deepEqual(found, ['k0', 'k1', 'k2', 'k3'].slice(0, expected), `${length} bytes`);
  }
  const flipped = Buffer.from(whole);
  flipped[whole.length / 4 + 20]! ^= 1;
  writeFileSync(join(folder, '000004.log'), flipped);
  assert.deepEqual(Object.keys(textsOf(folder).default!), ['k0', 'k2', 'k3']);
});

test('what RocketMQ wrote, in files and in a log alone', (t) => {
  const names = (store: string, kind: string): string[] => {
    const config = join(unpackStore(temporaryFolder(t), store), 'config');
    return readRocksdbConfig(realFiles, config, kind)!.entries.map(([name]) => name);
  };
  const killed = names('rocksdb-kill9', 'topics');
  assert.equal(killed.length, 32);
  assert.deepEqual([...killed].sort(), killed);
  assert.deepEqual(names('rocksdb', 'topics'), [...killed, 'Late'].sort());
  const offsets = ['RdbTopic@Group_1', 'RdbTopic@RdbGroup'];
  assert.deepEqual(names('rocksdb-kill9', 'consumerOffsets'), offsets);
  assert.deepEqual(names('rocksdb', 'consumerOffsets'), offsets);
  assert.ok(names('rocksdb', 'subscriptionGroups').includes('Group_4'));
});

test('one database for all of the configuration', (t) => {
  const folder = temporaryFolder(t);
  const families = [
    [1, 'topic'],
    [2, 'topicVersion'],
    [3, 'forbidden'],
  ] as const;
  const manifest = families.map(([family, add]) => edit({ family, add }));
  const made = database(t, manifest, {
    '000004.log': [
      batch(1, [
        { put: ['T', '{"perm":6}'], family: 1 },
        { put: ['kvDataVersionKey', '{"counter":3}'], family: 2 },
        { put: ['G', '{"T":1}'], family: 3 },
      ]),
    ],
  });
  cpSync(made, join(folder, 'metadata'), { recursive: true });
  assert.deepEqual(readRocksdbConfig(realFiles, folder, 'topics'), {
    entries: [['T', '{"perm":6}']],
    dataVersion: '{"counter":3}',
    forbidden: [['G', '{"T":1}']],
  });
  assert.equal(readRocksdbConfig(realFiles, folder, 'wrong'), undefined);
});

test('damage is named, or does not matter', (t) => {
  const source = join(unpackStore(temporaryFolder(t), 'rocksdb'), 'config', 'topics');
  const folder = temporaryFolder(t);
  cpSync(source, folder, { recursive: true });
  for (const name of readdirSync(source)) {
    const bytes = readFileSync(join(source, name));
    for (let i = 0; i < 40; i++) {
      const at = Math.floor((bytes.length * i) / 40);
      const broken = i % 2 === 0 ? bytes.subarray(0, at) : Buffer.from(bytes);
      if (i % 2 === 1 && at < bytes.length) broken[at]! ^= 1 << (i % 8);
      writeFileSync(join(folder, name), broken);
      try {
        readDatabase(realFiles, folder);
      } catch (error) {
        assert.ok(error instanceof MqError, `${name}, ${i}: ${String(error)}`);
        assert.equal(error.code, 'STORE_UNREADABLE');
        assert.match(error.message, /cannot be opened: .+/);
      }
    }
    writeFileSync(join(folder, name), bytes);
  }
});

test('a block of LZ4 without a frame', () => {
  const block = Buffer.from([0x35, 0x61, 0x62, 0x63, 0x03, 0x00, 0x10, 0x21]);
  assert.equal(decompressLz4Block(block, 100).toString(), 'abcabcabcabc!');
  assert.throws(() => decompressLz4Block(block, 5), /more than 5 bytes/);
});
