// mqadmin exportMetadata: Export metadata.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import type { Context } from '../../cli/command/context.js';
import { exportFile } from '../../cli/output/export-file.js';
import { clusterMetadata } from '../../client/admin/export.js';
import { userGroupConfigs, userTopicConfigs } from '../../client/admin/tables.js';
import { option, toggle } from '../../cli/flags/options.js';
import { TOPIC_CONFIG, GROUP_CONFIG } from '../../cli/command/shapes.js';

export default command({
  summary: 'Export metadata.',
  effect: 'reads',
  shape: {
    'topicConfigTable?': { '*': TOPIC_CONFIG },
    'subscriptionGroupTable?': { '*': GROUP_CONFIG },
    '*': 'any',
  },
  options: {
    clusterName: option('c', 'choose a cluster to export'),
    brokerAddr: option('b', 'choose a broker to export'),
    filePath: option('f', 'export metadata.json path | default /tmp/rocketmq/export'),
    topic: toggle('t', 'only export topic metadata'),
    subscriptionGroup: toggle('g', 'only export subscriptionGroup metadata'),
    specialTopic: toggle('s', 'need retryTopic and dlqTopic'),
  },
  anyOf: ['clusterName', 'brokerAddr'],
  async run(ctx, flags) {
    const name = flags.topic
      ? 'topic.json'
      : flags.subscriptionGroup
        ? 'subscriptionGroup.json'
        : 'metadata.json';
    const data = await (flags.brokerAddr === undefined
      ? ofCluster(ctx, flags)
      : ofBroker(ctx, flags));
    return { path: exportFile(ctx.io, flags.filePath, name, data), data };
  },
  text: ({ path }, { brokerAddr }) =>
    `export ${path} success${brokerAddr === undefined ? '\n' : ''}`,
  json: ({ data }) => data,
});

interface Wanted {
  brokerAddr: string | undefined;
  clusterName: string | undefined;
  topic: boolean;
  subscriptionGroup: boolean;
  specialTopic: boolean;
}

async function ofBroker({ session }: Context, wanted: Wanted): Promise<object> {
  const address = wanted.brokerAddr!;
  if (wanted.topic) return userTopicConfigs(session, address, { special: wanted.specialTopic });
  if (wanted.subscriptionGroup) return userGroupConfigs(session, address);
  throw usage('of one broker either topics or groups are exported', 'add -t or -g');
}

async function ofCluster({ session }: Context, wanted: Wanted): Promise<object> {
  const special = wanted.specialTopic;
  const all = await clusterMetadata(session, wanted.clusterName!, { special });
  const { topicConfigTable, subscriptionGroupTable, exportTime } = all;
  if (wanted.topic) return { topicConfigTable, exportTime };
  return wanted.subscriptionGroup ? { subscriptionGroupTable, exportTime } : all;
}
