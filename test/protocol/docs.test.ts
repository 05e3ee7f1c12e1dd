// docs/protocol.md is what the request table says, and it names every request.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { protocolDocs } from '../../scripts/protocol-docs.js';
import { REQUESTS } from '../../src/protocol/requests/index.js';

test('docs/protocol.md is up to date (node --import tsx scripts/protocol-docs.ts)', () => {
  const path = new URL('../../docs/protocol.md', import.meta.url);
  const text = protocolDocs();
  assert.equal(readFileSync(path, 'utf8'), text);
  for (const [name, { code }] of Object.entries(REQUESTS)) {
    assert.ok(text.includes(`| ${code} | ${name} |`), name);
  }
});
