// The consumers of RocketMQ's example module that are called with messages.

import { createPushConsumer } from '../consumer/push-consumer.js';
import type { ConsumeResult } from '../consumer/listener.js';
import type { ConsumerOptions } from '../consumer/options.js';
import type { ExpressionType } from '../consumer/subscriptions.js';
import type { ReceivedMessage } from '../message.js';
import {
  clientOptions,
  messagesText,
  NAMESPACE_TOPIC,
  NAMESPACED,
  type Program,
  type ProgramContext,
  readOptions,
  untilStopped,
} from './program.js';

interface ConsumingSpec extends Partial<ConsumerOptions> {
  group: string;
  topic: string;
  expression?: string;
  expressionType?: ExpressionType;
  /** Printed when the consumer runs. */
  started?: string;
  /** Prints messages in its own way. */
  show?(context: ProgramContext, messages: ReceivedMessage[], call: number): void;
  result?(call: number): ConsumeResult;
}

/** Java's pool has twenty threads, and lines name the one that consumed. */
const THREADS = 20;

function consuming(spec: ConsumingSpec): Program {
  const { topic, expression = '*', expressionType = 'TAG', started, show, result, ...own } = spec;
  return async (context) => {
    const consumer = createPushConsumer({ ...clientOptions(context), ...own });
    let calls = 0;
    consumer.subscribe(topic, expression, expressionType);
    consumer.listen((messages) => {
      calls++;
      if (show) {
        show(context, messages, calls);
      } else {
        const thread = `ConsumeMessageThread_${spec.group}_${((calls - 1) % THREADS) + 1}`;
        context.out(`${thread} Receive New Messages: ${messagesText(messages)} \n`);
      }
      return result?.(calls) ?? 'ok';
    });
    consumer.suspend(); // until the line that says it runs is out
    await consumer.start();
    if (started !== '') context.out(`${started ?? 'Consumer Started.'}\n`);
    consumer.resume();
    await untilStopped(context);
    await consumer.stop();
  };
}

const FIRST = { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;

export const quickstart = consuming({
  ...FIRST,
  group: 'please_rename_unique_group_name_4',
  topic: 'TopicTest',
});

export const simple = consuming({ ...FIRST, group: 'CID_JODIE_1', topic: 'TopicTest' });

export const trace = consuming({
  ...FIRST,
  group: 'ProducerGroupName',
  topic: 'TopicTest',
  trace: true,
});

export const namespaced = consuming({
  ...NAMESPACED,
  group: 'cidTest',
  topic: NAMESPACE_TOPIC,
  started: '',
  show({ out }, messages) {
    for (const { topic, msgId, reconsumeTimes } of messages) {
      out(`Msg topic is:${topic}, MsgId is:${msgId}, reconsumeTimes is:${reconsumeTimes}\n`);
    }
  },
});

export const broadcast = consuming({
  ...FIRST,
  group: 'please_rename_unique_group_name_1',
  messageModel: 'BROADCASTING',
  topic: 'TopicTest',
  expression: 'TagA || TagC || TagD',
  started: 'Broadcast Consumer Started.',
});

export const tagFilter = consuming({
  group: 'please_rename_unique_group_name',
  topic: 'TagFilterTest',
  expression: 'TagA || TagC',
});

export const sqlFilter = consuming({
  group: 'please_rename_unique_group_name',
  topic: 'SqlFilterTest',
  expression:
    "(TAGS is not null and TAGS in ('TagA', 'TagB'))and (a is not null and a between 0 and 3)",
  expressionType: 'SQL92',
});

export const orderly = consuming({
  ...FIRST,
  group: 'please_rename_unique_group_name_3',
  orderly: true,
  topic: 'TopicTest',
  expression: 'TagA || TagC || TagD',
  result: (call) => (call % 2 !== 0 && call % 5 === 0 ? 'later' : 'ok'),
});

export const scheduled = consuming({
  group: 'ExampleConsumer',
  topic: 'TestTopic',
  started: '',
  show: (context, messages) => showDelay(context, messages, 'storeTimestamp'),
});

export const timer = consuming({
  group: 'TimerMessageConsumerGroup',
  topic: 'TimerTopic',
  started: '',
  show: (context, messages) => showDelay(context, messages, 'bornTimestamp'),
});

function showDelay(
  { out, clock }: ProgramContext,
  messages: readonly ReceivedMessage[],
  since: 'storeTimestamp' | 'bornTimestamp',
): void {
  for (const message of messages) {
    const ms = clock.now() - message[since];
    out(`Receive message[msgId=${message.msgId} ${ms}  ms later]\n`);
  }
}

const OPERATION_USAGE =
  'usage: consumer -g <consumerGroup> -t <topic> -f <returnFailedHalf> [-s <subscription>]';

export const operation: Program = async (context) => {
  const { g, t, f, s = '*' } = readOptions(context, OPERATION_USAGE, ['g', 't', 'f']);
  const program = consuming({
    group: g,
    topic: t,
    expression: s,
    show: ({ out }, messages, call) => out(`${String(call).padEnd(8)} ${messagesText(messages)}\n`),
    result: (call) => (f === 'true' && call % 2 === 0 ? 'later' : 'ok'),
  });
  await program(context);
};
