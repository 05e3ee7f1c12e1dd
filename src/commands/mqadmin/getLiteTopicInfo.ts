// mqadmin getLiteTopicInfo: Get lite topic info.

import { command } from '../../cli/command/define.js';
import { dateTimeMillis } from '../../cli/output/format.js';
import { liteText } from '../../cli/text/lite.js';
import { askLite } from '../../client/admin/lite.js';
import { required, toggle } from '../../cli/flags/options.js';
import { LITE_ANSWERS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get lite topic info.',
  effect: 'reads',
  shape: LITE_ANSWERS,
  options: {
    parentTopic: required('p', 'Parent topic name'),
    liteTopic: required('l', 'Lite topic name'),
    showClientId: toggle('s', 'Show all clientId'),
  },
  async run(ctx, { parentTopic, liteTopic }) {
    const header = { parentTopic, liteTopic };
    const found = await askLite(ctx.session, parentTopic, 'GET_LITE_TOPIC_INFO', header);
    for (const { error } of found) if (error !== undefined) ctx.fail(error);
    return found;
  },
  text: (found, { parentTopic, liteTopic, showClientId }) =>
    `Lite Topic Info: [${parentTopic}] [${liteTopic}] [%LMQ%$${parentTopic}$${liteTopic}]\n` +
    liteText(
      found,
      ROW,
      HEAD,
      ({ topicOffset, shardingToBroker, subscriber }) => {
        const { minOffset, maxOffset, lastUpdateTimestamp } = (topicOffset ?? {}) as Offset;
        const updated = lastUpdateTimestamp ? dateTimeMillis(lastUpdateTimestamp) : '-';
        return [
          minOffset ?? 0,
          maxOffset ?? 0,
          updated,
          shardingToBroker ?? false,
          clientsOf(subscriber).length,
        ];
      },
      showClientId ? ({ subscriber }) => `[${clientsOf(subscriber).join(', ')}]\n` : undefined,
    ),
});

const clientsOf = (subscriber: unknown): string[] =>
  Array.isArray(subscriber)
    ? subscriber.map(({ clientId, group }: Record<string, string>) => `${clientId}@${group}`)
    : [];

interface Offset {
  minOffset?: number;
  maxOffset?: number;
  lastUpdateTimestamp?: number;
}

const ROW = '%-50s %-14s %-14s %-30s %-12s %-18s %n';
const HEAD = [
  '#Broker Name',
  '#MinOffset',
  '#MaxOffset',
  '#LastUpdate',
  '#Sharding',
  '#SubClientCount',
];
