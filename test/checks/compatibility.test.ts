// docs/compatibility.md is what the servers answer and the commands say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compatibilityDocs } from '../../scripts/compatibility-docs.js';

test('docs/compatibility.md is up to date (npm run docs)', async () => {
  const path = new URL('../../docs/compatibility.md', import.meta.url);
  assert.equal(readFileSync(path, 'utf8'), await compatibilityDocs());
});
