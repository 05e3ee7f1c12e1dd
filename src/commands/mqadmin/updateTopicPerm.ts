// mqadmin updateTopicPerm: Update topic perm.

import { command } from '../../cli/command/define.js';
import { MqError } from '../../base/errors.js';
import { topicConfig, updateTopicPerm } from '../../client/admin/topics.js';
import { topicText } from '../../client/config-text.js';
import { option, required, requiredInt } from '../../cli/flags/options.js';
import { TOPIC_CONFIG } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update topic perm.',
  effect: 'changes',
  shape: { changed: [{ address: 'text', from: 'int', to: 'int' }], config: TOPIC_CONFIG },
  options: {
    brokerAddr: option('b', 'create topic to which broker'),
    clusterName: option('c', 'create topic to which cluster'),
    topic: required('t', 'topic name'),
    perm: requiredInt('p', "set topic's permission(2|4|6), intro[2:W; 4:R; 6:RW]"),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  async run({ session }, { brokerAddr, clusterName, topic, perm }) {
    const changed = await updateTopicPerm(session, { brokerAddr, clusterName }, { topic, perm });
    if (changed.length === 0) throw new MqError('TOPIC_NOT_FOUND', { topic }, { hint: NOT_THERE });
    const config = await topicConfig(session, changed[0]!.address, topic);
    return { changed, config };
  },
  text({ changed, config }, { brokerAddr }) {
    const same = changed.every(({ from, to }) => from === to);
    if (brokerAddr !== undefined && same) return 'new perm equals to the old one!\n';
    const lines = changed.map(
      ({ address, from, to }) => `update topic perm from ${from} to ${to} in ${address} success.\n`,
    );
    return lines.join('') + (brokerAddr === undefined ? '' : `${topicText(config)}.\n`);
  },
});

const NOT_THERE = 'it is on other brokers; the address must be that of a master';
