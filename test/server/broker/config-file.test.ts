// Files of the config folder and their .bak: whatever is left of the two is used, as RocketMQ does
// (ConfigManager.load), or the broker does not start; what cannot be written is said once.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MqError } from '../../../src/base/errors.js';
import { realFiles } from '../../../src/base/files.js';
import type { Json, JsonObject } from '../../../src/protocol/fastjson.js';
import { configFile } from '../../../src/server/broker/metadata/config-file.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { type Ending, endingWith, tempFolder } from '../../support/temp.js';

const TEXTS = {
  good: '{"value":1}',
  older: '{"value":2}',
  empty: '',
  zeros: '\0'.repeat(11),
  cut: '{"val',
  'no object': '[1]',
} as const;
type Text = keyof typeof TEXTS;

/** What is in the file and in its .bak, and which value is then used. */
const CASES: readonly [
  own: Text | 'none',
  bak: Text | 'none',
  used: number | 'none' | 'refused',
][] = [
  ['good', 'cut', 1],
  ['good', 'empty', 1],
  ['none', 'older', 2],
  ['empty', 'older', 2],
  ['cut', 'older', 2],
  ['zeros', 'older', 2],
  ['no object', 'older', 2],
  ['none', 'none', 'none'],
  ['none', 'empty', 'none'],
  ['none', 'cut', 'refused'],
  ['empty', 'cut', 'refused'],
  ['cut', 'cut', 'refused'],
  // RocketMQ starts without the table
  ['cut', 'none', 'refused'],
  ['empty', 'empty', 'refused'],
  ['empty', 'none', 'refused'],
];

function bench(ending: Ending, files: typeof realFiles = realFiles) {
  const root = tempFolder(ending);
  const path = join(root, 'config', 'topics.json');
  mkdirSync(join(root, 'config'));
  const log = new RecordingLog();
  const clock = new FakeClock();
  let value: Json | undefined;
  const file = configFile({
    ...{ root, name: 'topics.json', files, clock, log, periodMs: 5000 },
    state: (): JsonObject => ({ value: value ?? 0 }),
    load: (fields) => (value = fields.value),
  });
  return { path, log, clock, file, value: () => value };
}

for (const [own, bak, used] of CASES) {
  test(`a file with ${own}, its .bak with ${bak}: ${used}`, async (t) => {
    const ending = endingWith((work) => t.after(work));
    const { path, file, value } = bench(ending);
    if (own !== 'none') writeFileSync(path, TEXTS[own]);
    if (bak !== 'none') writeFileSync(`${path}.bak`, TEXTS[bak]);
    if (used === 'refused') {
      const before = readdirSync(join(path, '..'));
      await assert.rejects(file.start(), (error) => {
        assert.ok(error instanceof MqError);
        assert.match(
          error.hint!,
          /bring it back from a copy, or remove .*topics.json and its .bak/,
        );
        return error.code === 'STORE_UNREADABLE';
      });
      assert.deepEqual(readdirSync(join(path, '..')), before);
      return;
    }
    await file.start();
    assert.equal(value() ?? 'none', used);
    await file.stop();
    const expected = { value: used === 'none' ? 0 : used };
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), expected, 'and is written again');
    if (bak === 'older') assert.equal(readFileSync(`${path}.bak`, 'utf8'), TEXTS.older);
  });
}

test('a file that cannot be written is said once, and when it is written again', async (t) => {
  const ending = endingWith((work) => t.after(work));
  let broken = true;
  const refuse = (): void => {
    if (broken) throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  };
  const { path, file, log, clock } = bench(ending, {
    ...realFiles,
    writeTextAtomic: (...rest) => (refuse(), realFiles.writeTextAtomic(...rest)),
    saveText: async (...rest) => (refuse(), realFiles.saveText(...rest)),
  });
  await file.start();
  const said = (): string[] => log.lines.map(({ level, text }) => `${level} ${text}`);
  for (let i = 0; i < 5; i++) {
    file.changed();
    clock.advance(5000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(said().length, 1, said().join());
  assert.match(said()[0]!, /^error .*topics.json cannot be written, it will be tried again: EROFS/);
  broken = false;
  file.save();
  assert.match(said()[1]!, /^info .*topics.json is written again$/);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { value: 0 });
});

test('a stop waits for a write that is under way, and writes what that could not', async (t) => {
  for (const fails of [false, true]) {
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => (goOn = resolve));
    const { path, file, clock } = bench(
      endingWith((work) => t.after(work)),
      {
        ...realFiles,
        saveText: async (...rest) => {
          await slow;
          if (fails) throw new Error('EIO');
          return realFiles.saveText(...rest);
        },
      },
    );
    await file.start();
    file.changed();
    clock.advance(5000);
    const stopped = file.stop();
    assert.ok(!existsSync(path));
    goOn();
    await stopped;
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { value: 0 });
  }
});

for (const which of ['topics.json', 'topics.json.bak']) {
  test(`${which} is a directory: refused by name`, async (t) => {
    const { path, file } = bench(endingWith((work) => t.after(work)));
    mkdirSync(join(path, '..', which));
    await assert.rejects(file.start(), (error) => {
      assert.ok(error instanceof MqError);
      assert.match(error.message, new RegExp(`config/${which} cannot be opened: EISDIR`));
      return /^look what is there/.test(error.hint!);
    });
  });
}

test('what is used in place of a file is told', async (t) => {
  for (const [own, says] of [
    ['none', /topics.json is missing: its .bak is used$/],
    ['cut', /topics.json is damaged: its .bak is used, and written in its place$/],
  ] as const) {
    const { path, file, log } = bench(endingWith((work) => t.after(work)));
    if (own !== 'none') writeFileSync(path, TEXTS[own]);
    writeFileSync(`${path}.bak`, TEXTS.older);
    await file.start();
    assert.match(log.alarms.at(-1)!, says);
  }
});

test('a .bak that is a directory is told, and keeps no file from being written', async (t) => {
  const { path, file, log } = bench(endingWith((work) => t.after(work)));
  writeFileSync(path, '{"value":1}');
  mkdirSync(`${path}.bak`);
  await file.start();
  assert.deepEqual(
    log.lines.map(({ text }) => text.replace(path, 'X')),
    ['X.bak is a directory: no copy of the text before is kept until it is removed'],
  );
  file.changed();
  await file.stop();
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { value: 1 });
  assert.deepEqual(readdirSync(`${path}.bak`), []);
});

test('a file that turned into a directory makes the stop say where and what', async (t) => {
  const { path, file } = bench(endingWith((work) => t.after(work)));
  await file.start();
  mkdirSync(path);
  file.changed();
  await assert.rejects(file.stop(), (error) => {
    assert.ok(error instanceof MqError && error.code === 'DIRECTORY_UNWRITABLE');
    assert.ok(error.message.startsWith(`cannot write to ${path}: EISDIR`), error.message);
    return error.hint !== undefined;
  });
});
