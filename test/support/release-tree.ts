// Our product as it ships, without src/: copied once, so that a run sees what its users will see.

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, runChild } from './child.js';
import type { Launch } from './cluster.js';
import { type Ending, tempFolder } from './temp.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Brings dist/ up to date and copies what the package's `files` name; returns the folder. */
export async function releaseTree(ending: Ending): Promise<string> {
  await runChild(process.execPath, [join(root, 'bin', 'run.js'), '-v'], { cwd: root });
  const folder = join(tempFolder(ending), 'pocketmq');
  mkdirSync(folder);
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    files?: string[];
  };
  for (const name of ['package.json', ...(files ?? ['bin', 'dist', 'conf'])]) {
    if (existsSync(join(root, name))) {
      cpSync(join(root, name), join(folder, name), { recursive: true, verbatimSymlinks: true });
    }
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return folder;
}

/** Starts servers of such a folder, for ClusterProcesses. */
export function treeLaunch(tree: string): Launch {
  return (role, file, home) => {
    const args = [join(tree, 'bin', 'run.js'), `mq${role}`, '-c', file];
    const env = { ROCKETMQ_HOME: home, HOME: home, USERPROFILE: home, NAMESRV_ADDR: '' };
    return new Child(process.execPath, args, { env, name: `mq${role}` });
  };
}

/** Starts the servers of this checkout. */
export function ourLaunch(): Launch {
  return treeLaunch(root);
}
