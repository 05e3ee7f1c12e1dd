// Runs the tests below the given folders of test/ (all without arguments) in one run of node:test.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Heavier suites run last, so that a broken unit shows first. */
const HEAVY = ['interop', 'crash', 'fuzz', 'faults', 'soak'];

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .sort();
}

const wanted = process.argv.slice(2);
const heavy = (file) => HEAVY.some((name) => file.startsWith(join('test', name)));
const all = testFiles(join(root, 'test'));
const files =
  wanted.length === 0
    ? [...all.filter((file) => !heavy(file)), ...all.filter(heavy)]
    : wanted[0] === 'unit'
      ? all.filter((file) => !heavy(file))
      : all.filter((file) => wanted.some((name) => file.startsWith(join('test', name))));
if (files.length === 0) {
  console.error(`error: no test file below test/ matches ${wanted.join(' ')}`);
  process.exit(2);
}
// Tests run the programs of dist/ side by side: none of them may meet it half built.
const built = spawnSync(process.execPath, [join(root, 'bin/run.js'), '-v'], { encoding: 'utf8' });
if (built.status !== 0) {
  console.error(built.stderr);
  process.exit(1);
}
const args = ['--import', 'tsx', '--test', '--test-reporter=spec', '--test-timeout=600000'];
// Much of the time is spent waiting, for servers and clients of other makers: two files at a time.
args.push('--test-concurrency=2');
// What a test leaves behind that fails or is cut off goes with the run.
const temp = mkdtempSync(join(tmpdir(), 'pocketmq-test-'));
const env = { ...process.env, TMPDIR: temp, TEMP: temp, TMP: temp };
const child = spawn(process.execPath, [...args, ...files], { cwd: root, stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  try {
    rmSync(temp, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    console.error(`${temp} stays: ${error.message}`); // something still writes there
  }
  process.exit(signal ? 1 : (code ?? 1));
});
