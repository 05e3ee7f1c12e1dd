// docs/config.md is what the tables say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configDocs } from '../../scripts/config-docs.js';

test('docs/config.md is up to date (node --import tsx scripts/config-docs.ts)', () => {
  const path = new URL('../../docs/config.md', import.meta.url);
  assert.equal(readFileSync(path, 'utf8'), configDocs());
});
