// What the bundler would break without a word: tests run from the sources, users from dist/.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../src', import.meta.url));

test('packages that are loaded late are taken by their default export', () => {
  // A CommonJS package in a chunk of its own has no other.
  const wrong: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    const found = source.matchAll(/\{([^{}]*)\}\s*=\s*await import\('(?!\.|node:)([^']+)'\)/g);
    for (const [, names, from] of found) {
      if (!/^\s*default: \w+\s*$/.test(names!)) wrong.push(`${name}: {${names!}} of ${from!}`);
    }
  }
  assert.deepEqual(wrong, []);
});
