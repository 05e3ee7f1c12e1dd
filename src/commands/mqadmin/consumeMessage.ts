// mqadmin consumeMessage: Consume message.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import type { Context } from '../../cli/command/context.js';
import { messageJson, messageLine, timestampOf } from '../../cli/text/message.js';
import { readMessages } from '../../client/admin/messages.js';
import { messageQueueText } from '../../client/java-text.js';
import type { ReceivedMessage } from '../../client/message.js';
import { int, option, required } from '../../cli/flags/options.js';
import { MESSAGE } from '../../cli/command/shapes.js';

export default command({
  summary: 'Consume message.',
  effect: 'reads',
  shape: [MESSAGE],
  options: {
    topic: required('t', 'Topic name'),
    brokerName: option('b', 'Broker name'),
    queueId: int('i', 'Queue Id'),
    offset: int('o', 'Queue offset'),
    consumerGroup: option('g', 'Consumer group name'),
    beginTimestamp: option(
      's',
      'Begin timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'beginTimestamp ',
    ),
    endTimestamp: option(
      'e',
      'End timestamp[currentTimeMillis|yyyy-MM-dd#HH:mm:ss:SSS]',
      'endTimestamp ',
    ),
    MessageNumber: int('c', 'Number of message to be consumed'),
  },
  async run(ctx, flags) {
    const { topic, brokerName, queueId, offset, consumerGroup, MessageNumber: count } = flags;
    if (count !== undefined && count <= 0) throw usage('Please input a positive messageNumber!');
    if (queueId !== undefined && brokerName === undefined) {
      throw usage('Please set the brokerName before queueId!');
    }
    if (offset !== undefined && queueId === undefined) {
      throw usage('Please set queueId before offset!');
    }
    const times = rangeOf(ctx, flags);
    const args = { topic, brokerName, queueId, offset, ...times };
    const messages: ReceivedMessage[] = [];
    const group = consumerGroup === undefined ? {} : { group: consumerGroup };
    const most = count === undefined ? {} : { count };
    for await (const event of readMessages(ctx.session, { ...args, ...group, ...most })) {
      ctx.emit(eventText(event, queueId !== undefined));
      if (event.kind === 'pulled') messages.push(...event.result.messages);
    }
    return messages;
  },
  json: (messages) => messages.map(messageJson),
});

function rangeOf(
  { io }: Context,
  flags: { beginTimestamp: string | undefined; endTimestamp: string | undefined },
): { beginTimestamp: number | undefined; endTimestamp: number | undefined } {
  const beginTimestamp = timestampOf(flags.beginTimestamp);
  const endTimestamp = timestampOf(flags.endTimestamp);
  const now = io.clock.now();
  if ((beginTimestamp ?? 0) > now) throw usage('Please set the beginTimestamp before now!');
  if ((endTimestamp ?? 0) > now) throw usage('Please set the endTimestamp before now!');
  if (endTimestamp !== undefined && (beginTimestamp ?? 0) > endTimestamp) {
    throw usage(
      'Please make sure that the beginTimestamp is less than or equal to the endTimestamp',
    );
  }
  return { beginTimestamp, endTimestamp };
}

type ReadEvent =
  ReturnType<typeof readMessages> extends AsyncGenerator<infer Event> ? Event : never;

/** RocketMQ's words, spelled as there. */
function eventText(event: ReadEvent, oneQueue: boolean): string {
  const queue = messageQueueText(event.queue);
  if (event.kind === 'beyond') return `${queue} no matched msg, offset=${event.offset}\n`;
  if (event.kind === 'limited') {
    return oneQueue
      ? `The oldler ${event.count} message will be provided\n`
      : `The older ${event.count} message of the ${event.queue.queueId} queue will be provided\n`;
  }
  const { status, nextBeginOffset, messages } = event.result;
  if (status === 'FOUND') {
    const lines = messages.map((message) => messageLine(message, message.body.toString()));
    return `Consume ok\n${lines.join('')}`;
  }
  const what = status === 'NO_MATCHED_MSG' ? 'no matched msg' : 'print msg finished';
  return `${queue} ${what}. status=${status}, offset=${nextBeginOffset}\n`;
}
