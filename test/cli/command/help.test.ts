// Help and usage errors of every mqadmin command, letter by letter as RocketMQ 5.5.0 prints them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MQADMIN } from '../../../src/cli/catalog/names.js';
import { runCommand } from '../../support/commands.js';

interface Help {
  usage: string;
  /** What RocketMQ says when nothing is given; undefined when nothing is required. */
  missing: string | undefined;
}

const golden = new Map<string, Help>();
const text = readFileSync(new URL('../../golden/mqadmin/help.txt', import.meta.url), 'utf8');
for (const part of text.split(/^=== /m).slice(1)) {
  const name = part.slice(0, part.indexOf('\n'));
  const [usage, missing] = part.slice(name.length + 1).split('--- missing\n');
  golden.set(name, { usage: usage!, missing: missing?.trim() || undefined });
}

test('every command of RocketMQ is declared, in its order', () => {
  assert.deepEqual([...MQADMIN], [...golden.keys()]);
});

test('help of every command', async (t) => {
  for (const [name, { usage }] of golden) {
    await t.test(name, async () => {
      const help = await runCommand(['mqadmin', 'help', name]);
      assert.equal(help.stdout.slice(0, usage.length), usage);
      assert.match(help.stdout.slice(usage.length), /^\nof PocketMQ:\n {4}--output <form> +text, /);
      assert.equal(help.code, 0);
      assert.equal(help.stderr, '');
      assert.deepEqual(await runCommand(['mqadmin', name.toUpperCase(), '-h']), help);
    });
  }
});

test('missing options are named in RocketMQ’s words, with the usage', async (t) => {
  for (const [name, { usage, missing }] of golden) {
    // Without -b and -c our brokerStatus asks every broker.
    if (missing === undefined || name === 'brokerStatus') continue;
    await t.test(name, async () => {
      const { code, stdout, stderr } = await runCommand(['mqadmin', name]);
      assert.equal(stderr.split('\n')[0], `error: ${missing}`);
      assert.equal(stdout, usage);
      assert.equal(code, 2);
    });
  }
});

test('the list of commands', async () => {
  const list = readFileSync(new URL('../../golden/mqadmin/list.txt', import.meta.url), 'utf8');
  for (const argv of [['mqadmin'], ['mqadmin', 'help'], ['mqadmin', '-h'], ['MQADMIN']]) {
    assert.deepEqual(await runCommand(argv), { code: 0, stdout: list, stderr: '' });
  }
});
