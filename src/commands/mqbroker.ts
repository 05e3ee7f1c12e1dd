// mqbroker: a broker in the foreground.

import { logLine } from '../base/log-line.js';
import { command } from '../cli/command/define.js';
import { openLog, serve } from '../cli/daemon/daemon.js';
import type { Io } from '../cli/process/io.js';
import { option, toggle } from '../cli/flags/options.js';
import { javaOptions } from '../config/java-options.js';
import { listSettings } from '../config/listing.js';
import { loadBrokerConfig } from '../config/load.js';
import { BROKER_TABLES } from '../config/tables.js';
import { createBroker } from '../server/broker/broker.js';

export default command({
  summary: 'Runs a broker.',
  options: {
    configFile: option('c', 'Broker config properties file'),
    namesrvAddr: option('n', "Name server address list, eg: '192.168.0.1:9876;192.168.0.2:9876'"),
    printConfigItem: toggle('p', 'Print all config item'),
    printImportantConfig: toggle('m', 'Print important config item'),
  },
  words: true,
  async run({ io }, flags, args) {
    const loaded = loadBrokerConfig({
      ...(flags.configFile === undefined ? {} : { file: flags.configFile }),
      ...(flags.namesrvAddr === undefined ? {} : { namesrvAddr: flags.namesrvAddr }),
      searchIn: [io.root],
      args,
      env: io.env,
      host: { userHome: io.homeDir },
    });
    const { config } = loaded;
    for (const warning of loaded.warnings) io.err(`warning: ${warning}\n`);
    if (flags.printConfigItem || flags.printImportantConfig) {
      const importantOnly = !flags.printConfigItem;
      print(io, listSettings({ tables: BROKER_TABLES, config, importantOnly }));
      return;
    }
    await runBroker(io, loaded);
  },
});

function print(io: Io, settings: readonly string[]): void {
  const lines = settings.map((line) => logLine(io.clock.now(), 'INFO', 'main', line));
  io.out(`${lines.join('\n')}\n`);
}

async function runBroker(io: Io, loaded: ReturnType<typeof loadBrokerConfig>): Promise<void> {
  const { config, extras, tls, storePath, warnings, notes, userHome } = loaded;
  const { brokerConfig, messageStoreConfig } = config;
  const logFile = openLog(io, userHome, 'broker');
  const { log } = logFile;
  const settings = listSettings({ tables: BROKER_TABLES, config, masked: true });
  for (const line of [...warnings, ...notes, ...settings]) log.info(line);
  const part = createBroker({
    config,
    extras,
    tls,
    storePath,
    pathSplitter: javaOptions(io.env).get('rocketmq.broker.multiPathSplitter'),
    clock: io.clock,
    files: io.files,
    log,
  });
  const address = (): string => `${brokerConfig.brokerIP1}:${part.port}`;
  try {
    await serve(io, {
      roles: ['broker'],
      part,
      log,
      boot: () => bootLine(brokerConfig.brokerName, address(), brokerConfig.namesrvAddr),
      about: () =>
        `${brokerConfig.brokerName}, ${address()}, ${messageStoreConfig.storePathRootDir}`,
    });
  } finally {
    await logFile.close();
  }
}

function bootLine(name: string, address: string, namesrvAddr: string): string {
  const line = `The broker[${name}, ${address}] boot success. serializeType=JSON`;
  return namesrvAddr === '' ? line : `${line} and name server is ${namesrvAddr}`;
}
