// mqadmin getLiteClientInfo: Get lite client info.

import { command } from '../../cli/command/define.js';
import { dateTimeMillis } from '../../cli/output/format.js';
import { liteText } from '../../cli/text/lite.js';
import { askLite } from '../../client/admin/lite.js';
import { required, toggle } from '../../cli/flags/options.js';
import { LITE_ANSWERS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get lite client info.',
  effect: 'reads',
  shape: LITE_ANSWERS,
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    clientId: required('c', 'Client id'),
    showDetail: toggle('s', 'Show details'),
  },
  async run(ctx, { parentTopic, group, clientId }) {
    const header = { parentTopic, group, clientId };
    const found = await askLite(ctx.session, parentTopic, 'GET_LITE_CLIENT_INFO', header);
    for (const { error } of found) if (error !== undefined) ctx.fail(error);
    return found;
  },
  text: (found, { parentTopic, group, clientId, showDetail }) =>
    `Lite Client Info: [${parentTopic}] [${group}] [${clientId}]\n` +
    liteText(
      found,
      ROW,
      ['#Broker', '#LiteTopicCount', '#LastAccessTime', '#LastConsumeTime'],
      ({ liteTopicCount, lastAccessTime, lastConsumeTime }) => [
        Number(liteTopicCount) > 0 ? liteTopicCount : 'N/A',
        timeText(lastAccessTime),
        timeText(lastConsumeTime),
      ],
      showDetail ? ({ liteTopicSet }) => listText(liteTopicSet) : undefined,
    ),
});

const ROW = '%-30s %-20s %-30s %-30s %n';

const timeText = (value: unknown): string =>
  Number(value) > 0 ? dateTimeMillis(Number(value)) : 'N/A';

const listText = (value: unknown): string =>
  Array.isArray(value) ? `Lite Topics: [${value.join(', ')}]\n\n` : '';
