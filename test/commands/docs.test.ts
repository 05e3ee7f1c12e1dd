// docs/commands.md is what the commands say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commandDocs } from '../../scripts/command-docs.js';

test('docs/commands.md is up to date (node --import tsx scripts/command-docs.ts)', async () => {
  const path = new URL('../../docs/commands.md', import.meta.url);
  assert.equal(readFileSync(path, 'utf8'), await commandDocs());
});
