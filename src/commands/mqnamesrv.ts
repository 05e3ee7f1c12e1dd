// mqnamesrv: a name server in the foreground.

import { logLine } from '../base/log-line.js';
import { command } from '../cli/command/define.js';
import { openLog, serve } from '../cli/daemon/daemon.js';
import { option, toggle } from '../cli/flags/options.js';
import { listSettings } from '../config/listing.js';
import { loadNamesrvConfig } from '../config/load.js';
import { NAMESRV_TABLES } from '../config/tables.js';
import { createNamesrv } from '../server/namesrv/namesrv.js';

export default command({
  summary: 'Runs a name server.',
  options: {
    configFile: option('c', 'Name server config properties file'),
    printConfigItem: toggle('p', 'Print all config items'),
  },
  words: true,
  async run({ io }, { configFile, printConfigItem }, args) {
    const loaded = loadNamesrvConfig({
      ...(configFile === undefined ? {} : { file: configFile }),
      searchIn: [io.root],
      args,
      env: io.env,
      host: { userHome: io.homeDir },
    });
    const { config, extras, tls, warnings, notes, userHome, file } = loaded;
    for (const warning of warnings) io.err(`warning: ${warning}\n`);
    if (file !== undefined) io.out(`load config properties file OK, ${file}\n`);
    const settings = listSettings({ tables: NAMESRV_TABLES, config });
    if (printConfigItem) {
      const lines = settings.map((line) => logLine(io.clock.now(), 'INFO', 'main', line));
      io.out(`${lines.join('\n')}\n`);
      return;
    }
    const logFile = openLog(io, userHome, 'namesrv');
    const { log } = logFile;
    for (const line of [...warnings, ...notes, ...settings]) log.info(line);
    const part = createNamesrv({ config, extras, tls, clock: io.clock, files: io.files, log });
    const { bindAddress } = config.nettyServerConfig;
    try {
      await serve(io, {
        roles: ['namesrv'],
        part,
        log,
        boot: () =>
          `The Name Server boot success. serializeType=JSON, address ${bindAddress}:${part.port}`,
        about: () => `${bindAddress}:${part.port}`,
      });
    } finally {
      await logFile.close();
    }
  },
});
