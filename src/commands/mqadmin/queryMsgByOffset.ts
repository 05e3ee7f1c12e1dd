// mqadmin queryMsgByOffset: Query Message by offset.

import { command } from '../../cli/command/define.js';
import {
  decoded,
  type MessageDetail,
  messageDetailText,
  messageJson,
  saveBody,
} from '../../cli/text/message.js';
import { messageAt, messageTracks } from '../../client/admin/messages.js';
import { option, required, requiredInt } from '../../cli/flags/options.js';
import { MESSAGE_DETAIL } from '../../cli/command/shapes.js';

export default command({
  summary: 'Query Message by offset.',
  effect: 'reads',
  shape: { '|': [MESSAGE_DETAIL, 'null'] },
  options: {
    topic: required('t', 'topic name'),
    brokerName: required('b', 'Broker Name'),
    queueId: requiredInt('i', 'Queue Id'),
    offset: requiredInt('o', 'Queue Offset'),
    bodyFormat: option('f', 'print message body by the specified format'),
    routeTopic: option('r', 'the topic which is used to find route info'),
  },
  async run(ctx, { topic, brokerName, queueId, offset, bodyFormat }): Promise<MessageDetail[]> {
    const message = await messageAt(ctx.session, { topic, brokerName, queueId }, offset);
    if (!message) return [];
    if (bodyFormat !== undefined) decoded(message.body, bodyFormat);
    const tracks = await messageTracks(ctx.session, message);
    return [{ message, bodyPath: saveBody(ctx.io, message), tracks }];
  },
  text: (found, { bodyFormat: charset }) =>
    found.map((one) => messageDetailText(one, { charset })).join(''),
  json: ([found]) =>
    found
      ? { ...messageJson(found.message), bodyPath: found.bodyPath, tracks: found.tracks }
      : null,
});
