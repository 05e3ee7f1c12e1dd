// mqadmin rocksDBConfigToJson: Convert RocksDB kv config …

import { command } from '../../cli/define.js';
import { MqError } from '../../base/errors.js';
import { usage } from '../../cli/argv.js';
import { names } from '../../cli/auth-text.js';
import { exportRocksdbConfig } from '../../client/admin/broker.js';
import { bool, option } from '../../cli/options.js';
import { ADDRESSES } from '../../cli/shapes.js';

export default command({
  summary:
    'Convert RocksDB kv config (topics/subscriptionGroups/consumerOffsets) to json. ' +
    '[rpc mode] Use [-n, -c, -b, -t] to send Request to broker ( version >= 5.3.2 ) ' +
    'or [local mode] use [-p, -t, -j, -e] to load RocksDB. If -e is provided, tools ' +
    'will export json file instead of std print',
  effect: 'changes',
  shape: ADDRESSES,
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
  async run({ session }, { configPath, configType, cluster, brokerAddr }) {
    if (configPath !== undefined) {
      const details = { command: 'mqadmin rocksDBConfigToJson -p' };
      throw new MqError('NOT_SERVED', details, { hint: 'it needs a RocksDB reader' });
    }
    if (cluster === undefined && brokerAddr === undefined) {
      throw usage('rpc mode Invalid args, please input cluster');
    }
    const types = names(configType);
    const where = {
      clusterName: cluster,
      brokerAddr: cluster === undefined ? brokerAddr : undefined,
    };
    return exportRocksdbConfig(session, where, types.length === 0 ? ALL_TYPES : types);
  },
  text: () =>
    'Use [rpc mode] call all brokers in cluster to export to json file \nbroker export done.',
});

const ALL_TYPES = ['topics', 'subscriptionGroups', 'consumerOffsets'];
