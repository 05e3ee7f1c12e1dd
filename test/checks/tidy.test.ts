// The rules of the house that a compiler cannot see: who may import whom, sizes, dead files.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const sources = files('src', '.ts');
const text = new Map(sources.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** What a folder of src/ may import: whole folders, or single files. `*` in the last place. */
const MAY_IMPORT: Record<string, string[]> = {
  base: [],
  config: ['base'],
  protocol: ['base'],
  remoting: ['protocol', 'config', 'base'],
  store: ['protocol', 'config', 'base'],
  // the timer's files are read by store check, too
  server: [
    'store/message-store.ts',
    'store/open.ts',
    'store/timer',
    'remoting',
    'protocol',
    'config',
    'base',
  ],
  client: ['remoting', 'protocol', 'config', 'base'],
  cli: ['client', 'config', 'base'],
  commands: ['cli', 'client', 'config', 'base', 'server', 'store/offline'],
  'index.ts': ['client', 'server', 'config', 'base', 'protocol'],
};

/** The rooms of src/cli: each may import those before it. */
const CLI_ROOMS = [
  ...['process', 'flags', 'access', 'output', 'text', 'command', 'shared', 'catalog'],
  ...['main.ts', 'completion', 'shell', 'daemon', 'start.ts'],
];

/** Commands that start servers; the others never load one. */
const DAEMONS = ['mqnamesrv', 'mqbroker', 'dev'];

function imports(file: string): string[] {
  const found = text.get(file)!.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map((match) => {
    const target = relative(root, resolve(root, dirname(file), match[1]!));
    return normalize(target).replace(/\.js$/, '.ts');
  });
}

const folderOf = (file: string): string => file.split('/')[1]!;

test('imports go one way', () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = folderOf(file);
    for (const target of imports(file)) {
      if (!target.startsWith('src/') || folderOf(target) === from) continue;
      const inside = target.slice('src/'.length);
      const allowed = MAY_IMPORT[from] ?? [];
      const fits = allowed.some((rule) => inside === rule || inside.startsWith(`${rule}/`));
      if (!fits) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('the rooms of src/cli import one way', () => {
  const inCli = (file: string): boolean => file.startsWith('src/cli/');
  const rank = (file: string): number => CLI_ROOMS.indexOf(file.split('/')[2]!);
  const files = sources.filter(inCli);
  const homeless = files.filter((file) => rank(file) < 0);
  const wrong = files.flatMap((file) =>
    imports(file)
      .filter((target) => inCli(target) && rank(target) > rank(file))
      .map((target) => `${file} imports ${target}`),
  );
  assert.deepEqual([...homeless, ...wrong], []);
});

test('only the daemons load a server', () => {
  const wrong = sources.filter(
    (file) =>
      file.startsWith('src/commands/') &&
      !DAEMONS.some((name) => file.endsWith(`/${name}.ts`)) &&
      imports(file).some((target) => target.startsWith('src/server/')),
  );
  assert.deepEqual(wrong, []);
});

test('no import cycle, of types neither', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file) || !text.has(file)) return;
    for (const target of imports(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('files are short, lines fit, every file says what it is for', () => {
  const wrong: string[] = [];
  for (const [file, source] of text) {
    const lines = source.split('\n');
    const table = /src\/(config|protocol\/requests|base\/errors)/.test(file);
    const limit = table ? 500 : 300;
    if (lines.length - 1 > limit) wrong.push(`${file}: ${lines.length - 1} lines, over ${limit}`);
    lines.forEach((line, i) => {
      if (line.length > 100 && !/https?:/.test(line))
        wrong.push(`${file}:${i + 1}: over 100 columns`);
    });
    if (!lines[0]!.startsWith('// ')) wrong.push(`${file}: no opening comment`);
  }
  assert.deepEqual(wrong, []);
});

test('no file is dead', () => {
  const used = new Set(sources.flatMap(imports));
  const entry = (file: string): boolean =>
    file === 'src/index.ts' || file.startsWith('src/commands/');
  const tests = ['test', 'bench', 'scripts'].flatMap((folder) => files(folder, '.ts'));
  const buildScripts = files('scripts', '.mjs').map((f) => readFileSync(join(root, f), 'utf8'));
  for (const file of tests) {
    const source = readFileSync(join(root, file), 'utf8');
    for (const match of source.matchAll(/from\s+'(\.[^']+)'/g)) {
      used.add(relative(root, resolve(root, dirname(file), match[1]!)).replace(/\.js$/, '.ts'));
    }
  }
  const dead = sources.filter(
    (file) => !used.has(file) && !entry(file) && !buildScripts.some((s) => s.includes(file)),
  );
  assert.deepEqual(dead, []);
});

test('nothing in the project names the machine it was made on', () => {
  const wrong: string[] = [];
  const all = ['src', 'test', 'bench', 'scripts', 'docs', 'bin', 'conf'].flatMap((folder) =>
    files(folder, ''),
  );
  for (const file of [...all, 'package.json', 'package-lock.json', 'README.md']) {
    if (/node_modules|test\/golden|\.(gz|png|sum)$/.test(file)) continue;
    const source = readFileSync(join(root, file), 'utf8');
    const home = ['/wo', 'rk/|/ro', 'ot/|"resol', 'ved": "http'].join('');
    if (new RegExp(home).test(source)) wrong.push(file);
  }
  assert.deepEqual(wrong, []);
});
