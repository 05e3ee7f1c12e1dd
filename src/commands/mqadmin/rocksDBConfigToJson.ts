// mqadmin rocksDBConfigToJson: Convert RocksDB kv config …

import { join, resolve } from 'node:path';
import { MqError } from '../../base/errors.js';
import { usage } from '../../cli/flags/argv.js';
import { names } from '../../cli/text/auth.js';
import { command } from '../../cli/command/define.js';
import type { Io } from '../../cli/process/io.js';
import { prettyJava } from '../../cli/output/java-json.js';
import { exportRocksdbConfig } from '../../client/admin/broker.js';
import { bool, option } from '../../cli/flags/options.js';
import { configJson, fieldLines, type Ordered, plain } from '../../cli/text/rocksdb.js';
import { ADDRESSES } from '../../cli/command/shapes.js';
import { CONFIG_KINDS, readRocksdbConfig } from '../../store/offline/rocksdb-config.js';

export default command({
  summary:
    'Convert RocksDB kv config (topics/subscriptionGroups/consumerOffsets) to json. ' +
    '[rpc mode] Use [-n, -c, -b, -t] to send Request to broker ( version >= 5.3.2 ) ' +
    'or [local mode] use [-p, -t, -j, -e] to load RocksDB. If -e is provided, tools ' +
    'will export json file instead of std print',
  effect: 'changes',
  shape: { '|': [ADDRESSES, { '*': 'any' }] },
  options: {
    namesrvAddr: option(
      'n',
      '[rpc mode] nameserverAddr. If nameserverAddr and clusterName are provided, will ' +
        'ignore [-p, -e, -j, -b] args',
      'nameserverAddr',
    ),
    configType: option(
      't',
      'Name of kv config, e.g. topics/subscriptionGroups/consumerOffsets. Required in ' +
        'local mode and default all in rpc mode.',
    ),
    configPath: option('p', '[local mode] Absolute path to the metadata config directory'),
    exportFile: option(
      'e',
      '[local mode] Absolute file path for exporting, auto backup existing file, not ' +
        'directory. If exportFile is provided, will export Json file and ignore [-j].',
    ),
    jsonEnable: bool(
      'j',
      '[local mode] Json format enable, Default: true. If exportFile is provided, will ' +
        'export Json file and ignore [-j].',
    ),
    cluster: option(
      'c',
      '[rpc mode] Cluster name. If nameserverAddr and clusterName are provided, will ' +
        'ignore [-p, -e, -j, -b] args',
    ),
    brokerAddr: option(
      'b',
      '[rpc mode] Broker address. If brokerAddr is provided, will ignore [-p, -e, -j] args',
    ),
  },
  async run(ctx, flags) {
    const { namesrvAddr, configPath, configType, cluster, brokerAddr } = flags;
    if (configPath !== undefined && namesrvAddr === undefined && brokerAddr === undefined) {
      return { mode: 'local', fields: localConfig(ctx.io, configPath, flags) } as const;
    }
    if (cluster === undefined && brokerAddr === undefined) {
      throw usage('rpc mode Invalid args, please input cluster');
    }
    const types = names(configType);
    const where = {
      clusterName: cluster,
      brokerAddr: cluster === undefined ? brokerAddr : undefined,
    };
    const wanted = types.length === 0 ? CONFIG_KINDS : types;
    return {
      mode: 'rpc',
      addresses: await exportRocksdbConfig(ctx.session, where, wanted),
    } as const;
  },
  text(result, { exportFile, jsonEnable }) {
    if (result.mode === 'rpc') {
      const begin = 'Use [rpc mode] call all brokers in cluster to export to json file ';
      return `${begin}\nbroker export done.`;
    }
    const begin = 'Use [local mode] load rocksdb to print or export file \n';
    if (exportFile !== undefined) return begin;
    const { fields } = result;
    return begin + (jsonEnable === false ? fieldLines(fields) : `${prettyJava(fields)}\n`);
  },
  json: (result) => (result.mode === 'rpc' ? result.addresses : plain(result.fields)),
});

function localConfig(
  { files, cwd }: Io,
  configPath: string,
  { configType, exportFile }: { configType: string | undefined; exportFile: string | undefined },
): Ordered {
  if (configType === undefined) throw usage('local mode Invalid args, please input configType');
  const kind = CONFIG_KINDS.find((one) => one === configType);
  if (kind === undefined) {
    const kinds = CONFIG_KINDS.join('/');
    throw usage(`Invalid configType: ${configType} please input ${kinds}`);
  }
  const folder = resolve(cwd, configPath);
  if (!files.exists(folder)) throw usage('Rocksdb path is invalid.');
  const config = readRocksdbConfig(files, folder, kind);
  if (!config) {
    const details = { path: join(folder, kind), reason: 'there is no RocksDB' };
    const hint = '-p takes the folder config of a store: -p ~/store/config';
    throw new MqError('STORE_UNREADABLE', details, { hint });
  }
  const fields = configJson(config, kind);
  if (exportFile !== undefined) {
    files.writeTextAtomic(resolve(cwd, exportFile), prettyJava(fields), { backup: true });
  }
  return fields;
}
