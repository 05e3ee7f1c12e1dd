// The commands as oclif finds them: by the manifest, each loaded only when it runs.

import { join } from 'node:path';
import { Config } from '@oclif/core/config';
import type { Commands } from './command-set.js';
import type { CommandClass } from '../command/define.js';
import { bindIo, type Io } from '../process/io.js';

type Package = NonNullable<Extract<Parameters<typeof Config.load>[0], { root: string }>['pjson']>;

/** `root` is the folder of package.json and oclif.manifest.json. */
export async function oclifCommands(root: string, io: Io): Promise<Commands> {
  const pjson = JSON.parse(io.files.readText(join(root, 'package.json'))!) as Package;
  // No plugins of the user's: what runs is what was installed.
  const config = await Config.load({ root, pjson, userPlugins: false, devPlugins: false });
  bindIo(config, io);
  const find = async (id: string): Promise<CommandClass> =>
    (await config.findCommand(id, { must: true }).load()) as unknown as CommandClass;
  return {
    version: config.version,
    summaries: async () => new Map(config.commands.map((one) => [one.id, one.summary ?? ''])),
    usageText: async (id) => (await find(id)).usageText(id),
    describe: (id) => find(id),
    within: (other) => oclifCommands(root, other),
    async run(id, argv) {
      const Declared = await find(id);
      return (await new Declared(argv, config).run()) as number;
    },
  };
}
