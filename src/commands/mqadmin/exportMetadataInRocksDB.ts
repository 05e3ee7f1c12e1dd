// mqadmin exportMetadataInRocksDB: export RocksDB kv config (topics/subscriptionGroups). …

import { command, notServed } from '../../cli/define.js';
import { bool, required } from '../../cli/options.js';

export default command({
  summary:
    'export RocksDB kv config (topics/subscriptionGroups). Recommend to use [mqadmin ' +
    'rocksDBConfigToJson]',
  effect: 'reads',
  shape: 'any',
  options: {
    path: required('p', 'Absolute path for the metadata directory'),
    configType: required('t', 'Name of kv config, e.g. topics/subscriptionGroups'),
    jsonEnable: bool('j', 'Json format enable, Default: false'),
  },
  run: notServed('exportMetadataInRocksDB', 'a RocksDB store'),
});
