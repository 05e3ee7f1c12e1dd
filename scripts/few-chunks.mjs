// An esbuild plugin that keeps what a command loads in few files: each costs as much to find and to
// link as 20 KB of code to compile. esbuild puts two modules into one chunk only when the same
// entries reach both, so every entry is made to reach what nearly all of them load anyway. What is
// imported late counts as an entry too.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const inCli = (name) => `cli/${name}`;

/** What nearly every command loads. */
const CORE = [
  ...['main', 'catalog/oclif-commands', 'process/process-io', 'command/define'].map(inCli),
  ...['output/format', 'command/shapes'].map(inCli),
  ...['broker', 'cluster', 'groups', 'topics'].map((n) => `client/admin/${n}`),
];

/** Entries, and what the command line imports late: by then the core is there. */
const ENTRIES = [
  'commands/.*',
  'cli/(start|command/(shape|dry-run|explain))',
  'client/(account|examples/.*|admin/static-topics)',
];

export function fewChunks(root) {
  const source = join(root, 'src').replaceAll('\\', '/');
  const imports = CORE.map((name) => `import '${source}/${name}.ts';`).join('');
  return {
    name: 'few-chunks',
    setup(build) {
      const filter = new RegExp(`/src/(${ENTRIES.join('|')})\\.ts$`.replaceAll('/', '[\\\\/]'));
      build.onLoad({ filter }, async ({ path }) => {
        return { contents: imports + (await readFile(path)), loader: 'ts' };
      });
    },
  };
}
