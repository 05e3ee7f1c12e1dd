// mqadmin triggerLiteDispatch: Trigger Lite Dispatch.

import { command } from '../../cli/command/define.js';
import { format } from '../../cli/output/format.js';
import { askLite } from '../../client/admin/lite.js';
import { option, required } from '../../cli/flags/options.js';
import { LITE_ANSWERS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Trigger Lite Dispatch.',
  effect: 'changes',
  shape: LITE_ANSWERS,
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    clientId: option('c', 'clientId (optional)'),
    brokerName: option('b', 'brokerName (optional)'),
  },
  async run(ctx, { parentTopic, group, clientId, brokerName }) {
    const header = clientId === undefined ? { group } : { group, clientId };
    const where = { brokerName };
    const found = await askLite(ctx.session, parentTopic, 'TRIGGER_LITE_DISPATCH', header, where);
    for (const { error } of found) if (error !== undefined) ctx.fail(error);
    return found;
  },
  text: (found, { parentTopic, group }) =>
    [
      `Group And Topic Info: [${group}] [${parentTopic}]\n\n`,
      ...found.map(({ brokerName, error }) =>
        format('%-30s %-12s%n', brokerName, error === undefined ? 'dispatched' : 'error'),
      ),
    ].join(''),
});
