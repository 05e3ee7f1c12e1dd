// mqadmin exportMetadataInRocksDB: export RocksDB kv config (topics/subscriptionGroups). …

import { join, resolve } from 'node:path';
import { MqError } from '../../base/errors.js';
import { usage } from '../../cli/flags/argv.js';
import { command } from '../../cli/command/define.js';
import { prettyJava } from '../../cli/output/java-json.js';
import { bool, required } from '../../cli/flags/options.js';
import {
  configJson,
  entryLines,
  inHashOrder,
  type Ordered,
  plain,
} from '../../cli/text/rocksdb.js';
import { GROUP_CONFIG, TOPIC_CONFIG } from '../../cli/command/shapes.js';
import { CONFIG_KINDS, readRocksdbConfig } from '../../store/offline/rocksdb-config.js';

export default command({
  summary:
    'export RocksDB kv config (topics/subscriptionGroups). Recommend to use [mqadmin ' +
    'rocksDBConfigToJson]',
  effect: 'reads',
  shape: {
    'topicConfigTable?': { '*': TOPIC_CONFIG },
    'subscriptionGroupTable?': { '*': GROUP_CONFIG },
  },
  options: {
    path: required('p', 'Absolute path for the metadata directory'),
    configType: required('t', 'Name of kv config, e.g. topics/subscriptionGroups'),
    jsonEnable: bool('j', 'Json format enable, Default: false'),
  },
  run({ io }, { path, configType }) {
    const folder = resolve(io.cwd, path);
    if (!io.files.exists(folder)) throw usage('RocksDB path is invalid.');
    const config = readRocksdbConfig(io.files, folder, configType);
    if (!config) {
      const details = { path: join(folder, configType), reason: 'there is no RocksDB' };
      throw new MqError('STORE_UNREADABLE', details, { hint: `-p takes the folder ${EXAMPLE}` });
    }
    const kind = CONFIG_KINDS.find((one) => one === configType);
    if (kind === undefined || kind === 'consumerOffsets') {
      throw usage(`Invalid config type=${configType}, Options: topics,subscriptionGroups`);
    }
    const fields = configJson(config, kind);
    return Promise.resolve({ entries: config.entries, table: tableOnly(fields) });
  },
  text: ({ entries, table }, { jsonEnable }) =>
    jsonEnable === true ? `${prettyJava(table)}\n` : entryLines(entries),
  json: ({ table }) => plain(table),
});

const EXAMPLE = 'config of a store: -p ~/store/config';

const TABLES: readonly string[] = ['topicConfigTable', 'subscriptionGroupTable'];

/** RocketMQ collects the entries in a HashMap here, and leaves the version out. */
function tableOnly(fields: Ordered): Ordered {
  const tables = [...fields].filter(([name]) => TABLES.includes(String(name)));
  return new Map(tables.map(([name, entries]) => [name, inHashOrder(entries as Ordered)]));
}
