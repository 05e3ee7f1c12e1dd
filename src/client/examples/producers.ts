// The producers of RocketMQ's example module: the same messages, the same lines.

import { type Clock, sleep } from '../../base/clock.js';
import { MqError } from '../../base/errors.js';
import { describeError } from '../../base/log.js';
import { sendResultText } from '../java-text.js';
import type { Message } from '../message.js';
import {
  createProducer,
  type Producer,
  type ProducerOptions,
  type SendOptions,
} from '../producer.js';
import type { SendResult } from '../send-result.js';
import {
  clientOptions,
  NAMESPACE_TOPIC,
  NAMESPACED,
  type Program,
  type ProgramContext,
  readOptions,
} from './program.js';

/** A producer that sends one message after the other and prints a line for each. */
interface SendingSpec {
  group: string;
  client?: Partial<ProducerOptions>;
  count: number;
  message(i: number, clock: Clock): Message;
  line?(result: SendResult, i: number): string;
  options?(i: number): SendOptions;
}

const AFTER_FAILURE_MS = 1000;
const line = (result: SendResult): string => `${sendResultText(result)}\n`;
const TAGS = ['TagA', 'TagB', 'TagC', 'TagD', 'TagE'] as const;

function sending(spec: SendingSpec): Program {
  return async (context) => {
    const own = { ...spec.client, group: spec.group };
    await withProducer(context, own, async (producer) => {
      for (let i = 0; i < spec.count && !context.signal.aborted; i++) {
        const message = spec.message(i, context.clock);
        try {
          const result = await producer.send(message, spec.options?.(i));
          context.out((spec.line ?? line)(result, i));
        } catch (error) {
          // The first failure means that nothing is set up; later ones may pass.
          if (i === 0) throw error;
          context.err(`error: ${describeError(error)}\n`);
          await sleep(context.clock, AFTER_FAILURE_MS);
        }
      }
    });
  };
}

async function withProducer(
  context: ProgramContext,
  options: Partial<ProducerOptions> & { group: string },
  work: (producer: Producer) => Promise<void>,
): Promise<void> {
  const producer = createProducer({ ...clientOptions(context), ...options });
  await producer.start();
  try {
    await work(producer);
  } finally {
    await producer.stop();
  }
}

export const quickstart = sending({
  group: 'please_rename_unique_group_name',
  count: 1000,
  message: (i) => ({ topic: 'TopicTest', tags: 'TagA', body: `Hello RocketMQ ${i}` }),
  options: () => ({ timeoutMs: 20_000 }),
});

const greeting = { topic: 'TopicTest', tags: 'TagA', keys: 'OrderID188', body: 'Hello world' };

export const simple = sending({
  group: 'ProducerGroupName',
  count: 128,
  message: () => greeting,
});

export const trace = sending({
  group: 'ProducerGroupName',
  client: { trace: true },
  count: 128,
  message: () => greeting,
});

export const namespaced = sending({
  group: 'pidTest',
  client: NAMESPACED,
  count: 100,
  message: () => ({ topic: NAMESPACE_TOPIC, tags: 'tagTest', body: 'Hello world' }),
  line: ({ msgId }) => `Topic:${NAMESPACE_TOPIC} send success, misId is:${msgId}\n`,
});

export const tagFilter = sending({
  group: 'please_rename_unique_group_name',
  count: 60,
  message: (i) => ({ topic: 'TagFilterTest', tags: TAGS[i % 3]!, body: 'Hello world' }),
});

export const sqlFilter = sending({
  group: 'please_rename_unique_group_name',
  count: 10,
  message: (i) => ({
    topic: 'SqlFilterTest',
    tags: TAGS[i % 3]!,
    body: `Hello RocketMQ ${i}`,
    properties: { a: String(i) },
  }),
});

export const orderly = sending({
  group: 'please_rename_unique_group_name',
  count: 100,
  message: (i) => ({
    topic: 'TopicTestjjj',
    tags: TAGS[i % TAGS.length]!,
    keys: `KEY${i}`,
    body: `Hello RocketMQ ${i}`,
  }),
  options: (i) => ({ select: (queues) => queues[(i % 10) % queues.length]! }),
});

export const scheduled = sending({
  group: 'ExampleProducerGroup',
  count: 100,
  message: (i) => ({ topic: 'TestTopic', body: `Hello scheduled message ${i}`, delayLevel: 3 }),
  line: sendResultText,
});

export const timer = sending({
  group: 'TimerMessageProducerGroup',
  count: 10,
  message: (i, clock) => ({
    topic: 'TimerTopic',
    body: `Hello scheduled message ${i}`,
    properties: { TIMER_DELIVER_MS: String(clock.now() + 10_000) },
  }),
});

export const async: Program = (context) =>
  withProducer(context, { group: 'Jodie_Daily_test' }, async (producer) => {
    const sends = Array.from({ length: 100 }, async (_, i) => {
      const at = String(i).padEnd(10);
      try {
        const { msgId } = await producer.send({ ...greeting, topic: 'Jodie_topic_1023' });
        context.out(`${at} OK ${msgId} \n`);
      } catch (error) {
        context.out(`${at} Exception ${describeError(error)} \n`);
      }
    });
    await Promise.all(sends);
  });

export const oneway: Program = (context) =>
  withProducer(context, { group: 'please_rename_unique_group_name' }, async (producer) => {
    for (let i = 0; i < 100; i++) {
      const body = `Hello RocketMQ ${i}`;
      await producer.sendOneway({ topic: 'TopicTest', tags: 'TagA', body });
    }
  });

export const batch: Program = (context) =>
  withProducer(context, { group: 'BatchProducerGroupName' }, async (producer) => {
    const messages = [0, 1, 2].map((i) => orderMessage(`00${i + 1}`, i));
    context.out(sendResultText(await producer.sendBatch(messages)));
  });

const orderMessage = (order: string | number, i: number): Message => ({
  topic: 'BatchTest',
  tags: 'Tag',
  keys: `OrderID${order}`,
  body: `Hello world ${i}`,
});

const BATCH_BYTES = 1000 * 1000;
/** What the example counts for what a record holds beside its texts. */
const RECORD_BYTES = 20;

export const splitBatch: Program = (context) =>
  withProducer(context, { group: 'BatchProducerGroupName' }, async (producer) => {
    let part: Message[] = [];
    let bytes = 0;
    const send = async (): Promise<void> => {
      if (part.length > 0) context.out(sendResultText(await producer.sendBatch(part)));
      part = [];
      bytes = 0;
    };
    for (let i = 0; i < 100_000 && !context.signal.aborted; i++) {
      const message = orderMessage(i, i);
      const texts = [message.topic, message.body, 'KEYS', 'TAGS', 'WAIT', 'true', message.tags!];
      const size = [...texts, message.keys!].reduce((sum, text) => sum + text.length, RECORD_BYTES);
      if (bytes + size > BATCH_BYTES) await send();
      part.push(message);
      bytes += size;
    }
    await send();
  });

const OPERATION_USAGE =
  'usage: producer -g <producerGroup> -t <topic> -a <tags> -k <keys> -c <msgCount>';

export const operation: Program = async (context) => {
  const { g, t, a, k, c } = readOptions(context, OPERATION_USAGE, ['g', 't', 'a', 'k', 'c']);
  const count = Number(c);
  if (!Number.isInteger(count)) throw new MqError('USAGE', { text: OPERATION_USAGE });
  const program = sending({
    group: g,
    count,
    message: (i) => ({ topic: t, tags: a, keys: k, body: `Hello RocketMQ ${i}` }),
    line: (result, i) => `${String(i).padEnd(8)} ${sendResultText(result)}\n`,
  });
  await program(context);
};
