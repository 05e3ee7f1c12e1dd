// Bundles src/ into dist/ (one file per command, shared code in chunks, dependencies included) and
// writes oclif's manifest. Files are replaced one by one, so that a running program keeps its own.

import { build } from 'esbuild';
import * as fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fewChunks } from './few-chunks.mjs';
import { licences } from './licences.mjs';
import { spareOclif } from './spare-oclif.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist');

/** run.js takes it as the sign that everything is there, so it is written last. */
const start = join(out, 'cli/start.js');

/** What the bundled CommonJS dependencies expect of Node. */
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = import.meta.filename ?? import.meta.url;',
  "const __dirname = import.meta.dirname ?? '.';",
].join('');

function sources(folder) {
  return fs
    .readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function replaceFile(path, contents, time) {
  fs.mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, contents);
  if (time) fs.utimesSync(temporary, time, time);
  fs.renameSync(temporary, path);
}

function bundled(entries) {
  const entry = (file) => relative(join(root, 'src'), file).replace(/\.ts$/, '');
  return build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map((file) => [entry(file), file])),
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.15',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    plugins: [spareOclif, fewChunks(root)],
    banner: { js: COMMONJS },
    chunkNames: 'chunks/[name]-[hash]',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
}

/** The files but `start`, which is returned, and the names of the commands. */
async function bundle() {
  const commands = sources('src/commands');
  // What a program embeds shares nothing with the commands: fewer and larger chunks for both.
  const programs = await bundled([join(root, 'src/cli/start.ts'), ...commands]);
  const embedded = await bundled([join(root, 'src/index.ts')]);
  const isChunk = ({ path }) => Number(path.includes('chunks'));
  const files = [...programs.outputFiles, ...embedded.outputFiles];
  files.sort((a, b) => isChunk(b) - isChunk(a));
  const last = files.find(({ path }) => path === start);
  for (const file of files) if (file !== last) replaceFile(file.path, file.contents);
  const inputs = { ...programs.metafile.inputs, ...embedded.metafile.inputs };
  replaceFile(join(out, 'THIRD-PARTY.txt'), licences(root, Object.keys(inputs)));
  const names = commands.map((file) => relative(join(root, 'src'), file).replace(/\.ts$/, ''));
  return { last, names };
}

/** What oclif needs to know of a command without loading it. */
async function manifest(names) {
  const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'));
  const commands = {};
  for (const name of names.sort()) {
    const id = name.replace(/^commands\//, '').replaceAll('/', ':');
    const path = join(out, `${name}.js`);
    const { default: command } = await import(`${pathToFileURL(path).href}?${Date.now()}`);
    commands[id] = {
      id,
      summary: command.summary,
      strict: false,
      aliases: [],
      hiddenAliases: [],
      flags: {},
      args: {},
      pluginName: 'pocketmq',
      pluginAlias: 'pocketmq',
      pluginType: 'core',
      isESM: true,
      relativePath: ['dist', ...`${name}.js`.split('/')],
    };
  }
  replaceFile(join(root, 'oclif.manifest.json'), JSON.stringify({ commands, version }));
}

// Chunks of earlier builds stay for a while: a program that runs may still load them.
const STALE_MS = 60 * 60 * 1000;

function removeStale() {
  const chunks = join(out, 'chunks');
  for (const name of fs.existsSync(chunks) ? fs.readdirSync(chunks) : []) {
    const path = join(chunks, name);
    if (Date.now() - fs.statSync(path).mtimeMs > STALE_MS) fs.rmSync(path, { force: true });
  }
}

if (process.argv.includes('--clean')) fs.rmSync(out, { recursive: true, force: true });
else removeStale();
const startedAt = new Date();
const { last, names } = await bundle();
await manifest(names);
// run.js compares its time with that of the sources; they may have changed meanwhile.
replaceFile(last.path, last.contents, startedAt);
