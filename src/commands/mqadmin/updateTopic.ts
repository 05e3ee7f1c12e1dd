// mqadmin updateTopic: Update or create topic.

import { command } from '../../cli/command/define.js';
import { updateTopic, type UpdatedTopic } from '../../client/admin/topics.js';
import { parseAttributes } from '../../client/admin/attributes.js';
import { topicText } from '../../client/config-text.js';
import { bool, int, option, required } from '../../cli/flags/options.js';
import { ADDRESSES, TOPIC_CONFIG } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update or create topic.',
  effect: 'changes',
  shape: { addresses: ADDRESSES, config: TOPIC_CONFIG, 'orderConf?': 'text' },
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    attributes: option('a', 'attribute(+a=b,+c=d,-e)'),
    topic: required('t', 'topic name'),
    readQueueNums: int('r', 'set read queue nums'),
    writeQueueNums: int('w', 'set write queue nums'),
    perm: int('p', "set topic's permission(2|4|6), intro[2:W 4:R; 6:RW]"),
    order: bool('o', "set topic's order(true|false)"),
    unit: bool('u', 'is unit topic (true|false)'),
    hasUnitSub: bool('s', 'has unit sub (true|false)'),
  },
  oneOf: [['brokerAddr', 'clusterName']],
  run({ session }, flags) {
    const { topic, brokerAddr, clusterName, unit, hasUnitSub } = flags;
    return updateTopic(
      session,
      { brokerAddr, clusterName },
      {
        topicName: topic,
        readQueueNums: flags.readQueueNums ?? 8,
        writeQueueNums: flags.writeQueueNums ?? 8,
        perm: flags.perm ?? 6,
        topicFilterType: 'SINGLE_TAG',
        topicSysFlag: (unit ? 1 : 0) | (hasUnitSub ? 2 : 0),
        order: flags.order ?? false,
        attributes: parseAttributes(flags.attributes ?? ''),
      },
    );
  },
  text: (updated, { brokerAddr }) => updatedText(updated, brokerAddr === undefined),
});

function updatedText({ addresses, config, orderConf }: UpdatedTopic, inCluster: boolean): string {
  const created = addresses.map((address) => `create topic to ${address} success.`);
  const what = inCluster ? 'cluster' : 'broker';
  const order =
    orderConf === undefined
      ? []
      : [`set ${what} orderConf. isOrder=true, orderConf=[${orderConf}]`];
  // For one broker RocketMQ names the order first.
  const lines = inCluster ? [...created, ...order] : [...order, ...created];
  return `${[...lines, topicText(config)].join('\n')}\n`;
}
