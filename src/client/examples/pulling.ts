// The consumers of RocketMQ's example module that ask for messages themselves.

import { sleep } from '../../base/clock.js';
import { describeError } from '../../base/log.js';
import type { MessageQueue } from '../../protocol/bodies/json.js';
import { createLitePullConsumer, type LitePullConsumer } from '../consumer/lite-pull-consumer.js';
import { createPullConsumer, type PullConsumer } from '../consumer/pull-consumer.js';
import { messageQueueText } from '../java-text.js';
import type { PullResult } from '../pull.js';
import { queueKey } from '../queues.js';
import {
  clientOptions,
  messagesText,
  NAMESPACE_TOPIC,
  NAMESPACED,
  type Program,
  type ProgramContext,
} from './program.js';

const IDLE_MS = 1000;

/** simple.PullConsumer: reads all queues, stores how far it got, prints nothing. */
export const pull: Program = async (context) => {
  const consumer = createPullConsumer({
    ...clientOptions(context),
    group: 'please_rename_unique_group_name_5',
  });
  await consumer.start();
  const offsets = new Map<string, number>();
  while (!context.signal.aborted) {
    try {
      let found = false;
      for (const queue of await consumer.fetchSubscribeMessageQueues('TopicTest')) {
        const from = offsets.get(queueKey(queue)) ?? (await storedOrEnd(consumer, queue));
        const result = await consumer.pull(queue, from);
        found ||= result.status === 'FOUND';
        offsets.set(queueKey(queue), result.nextBeginOffset);
        await consumer.updateConsumeOffset(queue, result.nextBeginOffset);
      }
      if (!found) await sleep(context.clock, IDLE_MS);
    } catch (error) {
      context.err(`error: ${describeError(error)}\n`);
      await sleep(context.clock, IDLE_MS);
    }
  }
  await consumer.stop();
};

async function storedOrEnd(consumer: PullConsumer, queue: MessageQueue): Promise<number> {
  return (await consumer.fetchConsumeOffset(queue)) ?? (await consumer.maxOffset(queue));
}

/** simple.PullScheduleService: a line per pull. */
export const pullSchedule: Program = async (context) => {
  const consumer = createPullConsumer({ ...clientOptions(context), group: 'GroupName1' });
  await consumer.start();
  while (!context.signal.aborted) {
    try {
      for (const queue of await consumer.fetchSubscribeMessageQueues('TopicTest')) {
        const offset = (await consumer.fetchConsumeOffset(queue)) ?? 0;
        const result = await consumer.pull(queue, offset);
        context.out(`${offset}\t${messageQueueText(queue)}\t${pullResultText(result)}\n`);
        await consumer.updateConsumeOffset(queue, result.nextBeginOffset);
      }
    } catch (error) {
      context.err(`error: ${describeError(error)}\n`);
    }
    await sleep(context.clock, 100);
  }
  await consumer.stop();
};

/** namespace.PullConsumerWithNamespace: every queue to its end, once. */
export const namespaced: Program = async (context) => {
  const own = { ...clientOptions(context), ...NAMESPACED, group: 'cidTest' };
  const consumer = createPullConsumer(own);
  await consumer.start();
  for (const queue of await consumer.fetchSubscribeMessageQueues(NAMESPACE_TOPIC)) {
    context.out(`Consume from the topic: ${queue.topic}, queue: ${messageQueueText(queue)}\n`);
    for (let offset = 0; !context.signal.aborted;) {
      const result = await consumer.pull(queue, offset);
      context.out(`${pullResultText(result)}\n`);
      for (const { topic, msgId } of result.messages) {
        context.out(`Topic is:${topic}, msgId is:${msgId}\n`);
      }
      offset = result.nextBeginOffset;
      if (result.status === 'NO_NEW_MSG') break;
    }
  }
  await consumer.stop();
};

/** PullResult.toString. */
function pullResultText(result: PullResult): string {
  const { status, nextBeginOffset, minOffset, maxOffset, messages } = result;
  return (
    `PullResult [pullStatus=${status}, nextBeginOffset=${nextBeginOffset}, ` +
    `minOffset=${minOffset}, maxOffset=${maxOffset}, msgFoundList=${messages.length}]`
  );
}

export const litePullSubscribe: Program = async (context) => {
  const consumer = createLitePullConsumer({
    ...clientOptions(context),
    group: 'lite_pull_consumer_test',
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  });
  consumer.subscribe('TopicTest', '*');
  await consumer.start();
  await poll(context, consumer, '\n');
};

export const litePullAssign: Program = async (context) => {
  const consumer = assigning(context);
  await consumer.start();
  const queues = await consumer.fetchMessageQueues('TopicTest');
  const half = queues.slice(0, Math.floor(queues.length / 2));
  await consumer.assign(half);
  if (half[0]) await consumer.seek(half[0], 10);
  await poll(context, consumer, ' \n');
};

export const litePullAssignWithSubExpression: Program = async (context) => {
  const consumer = assigning(context);
  await consumer.start();
  const queues = await consumer.fetchMessageQueues('TopicTest');
  const others = await consumer.fetchMessageQueues('TopicTest1');
  await consumer.assign([...queues, ...others]);
  consumer.subscribe('TopicTest', 'TagA');
  if (queues[0]) await consumer.seek(queues[0], 10);
  await poll(context, consumer, ' \n');
};

const assigning = (context: ProgramContext): LitePullConsumer =>
  createLitePullConsumer({
    ...clientOptions(context),
    group: 'please_rename_unique_group_name',
    autoCommit: false,
  });

async function poll(
  context: ProgramContext,
  consumer: LitePullConsumer,
  ending: string,
): Promise<void> {
  context.signal.addEventListener('abort', () => void consumer.stop(), { once: true });
  while (!context.signal.aborted) {
    const messages = await consumer.poll();
    if (context.signal.aborted) break;
    context.out(`${messagesText(messages)}${ending}`);
    if (ending !== '\n') await consumer.commit();
  }
  await consumer.stop();
}
