// The entry of the shipped bundle: runs the command line of this process.

import { keepAlive } from '../base/clock.js';
import { main } from './main.js';
import { oclifCommands } from './catalog/oclif-commands.js';
import { processIo } from './process/process-io.js';

/** The exit code. `root` is the folder of package.json and oclif.manifest.json. */
export async function start(argv: string[], root: string): Promise<number> {
  const io = processIo(root);
  const alive = keepAlive();
  try {
    return await main(argv, await oclifCommands(root, io), io);
  } finally {
    alive.stop();
  }
}
