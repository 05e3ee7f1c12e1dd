// mqadmin exportConfigs: Export configs.

import { command } from '../../cli/command/define.js';
import { exportFile } from '../../cli/output/export-file.js';
import { clusterConfigs } from '../../client/admin/export.js';
import { option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Export configs.',
  effect: 'reads',
  shape: {
    brokerConfigs: { '*': { '*': 'text' } },
    clusterScale: { namesrvSize: 'int', masterBrokerSize: 'int', slaveBrokerSize: 'int' },
    path: 'text',
  },
  options: {
    clusterName: required('c', 'choose a cluster to export'),
    filePath: option('f', 'export configs.json path | default /tmp/rocketmq/export'),
  },
  async run({ io, session }, { clusterName, filePath }) {
    const configs = await clusterConfigs(session, clusterName);
    return { path: exportFile(io, filePath, 'configs.json', configs), ...configs };
  },
  text: ({ path }) => `export ${path} success`,
});
