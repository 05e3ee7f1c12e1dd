// mqadmin exportMetrics: Export metrics.

import { command } from '../../cli/command/define.js';
import { exportFile } from '../../cli/output/export-file.js';
import { clusterMetrics } from '../../client/admin/export.js';
import { option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Export metrics.',
  effect: 'reads',
  shape: {
    evaluateReport: {
      '*': {
        runtimeEnv: { 'cpuNum?': 'text', 'totalMemKBytes?': 'text' },
        runtimeQuota: {
          diskRatio: { 'commitLogDiskRatio?': 'text', 'consumeQueueDiskRatio?': 'text' },
          tps: {
            normalInTps: 'number',
            normalOutTps: 'number',
            transInTps: 'number',
            scheduleInTps: 'number',
          },
          oneDayNum: {
            normalOneDayInNum: 'int',
            normalOneDayOutNum: 'int',
            transOneDayInNum: 'int',
            scheduleOneDayInNum: 'int',
          },
          'messageAverageSize?': 'text',
          topicSize: 'int',
          groupSize: 'int',
        },
        runtimeVersion: { rocketmqVersion: 'text', clientInfo: ['text'] },
      },
    },
    totalData: { totalTps: { '*': 'number' }, totalOneDayNum: { '*': 'int' } },
    path: 'text',
  },
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
