// mqadmin exportMetrics: Export metrics.

import { command } from '../../cli/define.js';
import { exportFile } from '../../cli/export-file.js';
import { clusterMetrics } from '../../client/admin/export.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'Export metrics.',
  effect: 'reads',
  options: {
    clusterName: required('c', 'choose a cluster to export'),
    filePath: option('f', 'export metrics.json path | default /tmp/rocketmq/export'),
  },
  async run({ io, session }, { clusterName, filePath }) {
    const metrics = await clusterMetrics(session, clusterName);
    return { path: exportFile(io, filePath, 'metrics.json', metrics), ...metrics };
  },
  text: ({ path }) => `export ${path} success`,
});
