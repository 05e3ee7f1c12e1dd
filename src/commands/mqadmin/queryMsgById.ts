// mqadmin queryMsgById: Query Message by Id.

import { command } from '../../cli/command/define.js';
import type { Context } from '../../cli/command/context.js';
import {
  decoded,
  type MessageDetail,
  messageDetailText,
  messageJson,
  saveBody,
} from '../../cli/text/message.js';
import { findMessage, messageTracks } from '../../client/admin/messages.js';
import { consumeDirectly } from '../../client/admin/running.js';
import { directResultText } from '../../client/config-text.js';
import { sendResultText } from '../../client/java-text.js';
import type { ReceivedMessage } from '../../client/message.js';
import { createProducer } from '../../client/producer.js';
import { option, required } from '../../cli/flags/options.js';
import { MESSAGE_DETAIL } from '../../cli/command/shapes.js';

export default command({
  summary: 'Query Message by Id.',
  effect: 'reads',
  shape: [{ '|': [MESSAGE_DETAIL, { result: 'text' }] }],
  options: {
    topic: required('t', 'topic name'),
    msgId: required('i', 'Message Id'),
    consumerGroup: option('g', 'consumer group name'),
    clientId: option('d', "The consumer's client id"),
    sendMessage: option('s', 'resend message'),
    unitName: option('u', 'unit name'),
    bodyFormat: option('f', 'print message body by the specified format'),
    cluster: option('c', 'Cluster name or lmq parent topic, lmq is used to find the route.'),
  },
  async run(ctx, flags) {
    const { topic, cluster: clusterName, consumerGroup: group, clientId } = flags;
    const done: Outcome[] = [];
    for (const id of flags.msgId.split(',')) {
      const msgId = id.trim();
      if (msgId === '') continue;
      const message = await findMessage(ctx.session, { topic, msgId, clusterName });
      if (group !== undefined && clientId !== undefined) {
        done.push({ text: await push(ctx, { group, clientId, message }) });
      } else if (flags.sendMessage !== undefined) {
        if (flags.sendMessage.toLowerCase() === 'true')
          done.push({ text: await resend(ctx, message) });
      } else {
        if (flags.bodyFormat !== undefined) decoded(message.body, flags.bodyFormat);
        const tracks = await messageTracks(ctx.session, message);
        done.push({ detail: { message, bodyPath: saveBody(ctx.io, message), tracks } });
      }
    }
    return done;
  },
  text: (done, { bodyFormat }) =>
    done
      .map(({ detail, text }) =>
        detail ? messageDetailText(detail, { charset: bodyFormat }) : text,
      )
      .join(''),
  json: (done) =>
    done.map(({ detail, text }) =>
      detail
        ? { ...messageJson(detail.message), bodyPath: detail.bodyPath, tracks: detail.tracks }
        : { result: text },
    ),
});

interface Outcome {
  detail?: MessageDetail;
  text?: string;
}

type Push = Parameters<typeof consumeDirectly>[1];

async function push({ session }: Context, args: Push): Promise<string> {
  return directResultText(await consumeDirectly(session, args));
}

async function resend({ client }: Context, message: ReceivedMessage): Promise<string> {
  const producer = createProducer({ ...client, group: 'ReSendMsgById' });
  try {
    await producer.start();
    const { topic, body, flag, tags, keys } = message;
    const result = await producer.send({
      topic,
      body,
      flag,
      ...(tags === undefined ? {} : { tags }),
      ...(keys === undefined ? {} : { keys: keys.split(' ') }),
    });
    return `prepare resend msg. originalMsgId=${message.msgId}${sendResultText(result)}`;
  } finally {
    await producer.stop();
  }
}
