#!/usr/bin/env node
// The entry of every command. In a checkout it first brings dist/ up to date with the sources.

import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function fail(message, hint) {
  console.error(`error: ${message}\nhint: ${hint}`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 15)) {
  fail(`Node.js ${process.versions.node} is too old`, 'install 20.15 or later: https://nodejs.org');
}

// From Node.js 22 on, compiled code is kept between runs.
module.enableCompileCache?.();

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist/cli/start.js');
const source = join(root, 'src');

/** When the newest file or folder below changed. */
function newest(folder) {
  let time = statSync(folder).mtimeMs;
  for (const one of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, one.name);
    time = Math.max(time, one.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}

async function bringUpToDate() {
  const built = existsSync(entry) ? statSync(entry).mtimeMs : 0;
  const changed = Math.max(newest(source), statSync(join(root, 'package.json')).mtimeMs);
  if (changed <= built) return;
  try {
    await import('../scripts/build.mjs');
  } catch (error) {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND';
    fail(`dist/ cannot be built: ${error.message}`, missing ? 'run npm ci first' : 'npm run build');
  }
}

if (existsSync(source)) await bringUpToDate();

// Whoever read the output (head, less) has gone: there is nothing left to do.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { start } = await import('../dist/cli/start.js');
const code = await start(process.argv.slice(2), root);
// Ends even if something still listens, but not before what was printed has left.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
