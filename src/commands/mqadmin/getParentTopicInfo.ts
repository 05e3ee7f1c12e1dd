// mqadmin getParentTopicInfo: Get parent topic info.

import { command } from '../../cli/command/define.js';
import { liteText } from '../../cli/text/lite.js';
import { askLite } from '../../client/admin/lite.js';
import { required } from '../../cli/flags/options.js';
import { LITE_ANSWERS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get parent topic info.',
  effect: 'reads',
  shape: LITE_ANSWERS,
  options: {
    parentTopic: required('p', 'Parent topic name'),
  },
  async run(ctx, { parentTopic }) {
    const found = await askLite(ctx.session, parentTopic, 'GET_PARENT_TOPIC_INFO', {
      topic: parentTopic,
    });
    for (const { error } of found) if (error !== undefined) ctx.fail(error);
    return found;
  },
  text: (found, { parentTopic }) =>
    `Parent Topic Info: [${parentTopic}]\n` +
    liteText(found, ROW, HEAD, ({ ttl, liteTopicCount, lmqNum, groups }) => [
      ttl,
      liteTopicCount,
      lmqNum,
      groups,
    ]),
});

const ROW = '%-50s %-8s %-14s %-14s %-100s %n';
const HEAD = ['#Broker Name', '#TTL', '#Lite Count', '#LMQ NUM', '#GROUPS'];
