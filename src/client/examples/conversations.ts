// The examples of RocketMQ's example module in which both sides answer: transactions, requests.

import { sleep } from '../../base/clock.js';
import { describeError } from '../../base/log.js';
import { createPushConsumer } from '../consumer/push-consumer.js';
import { messageExtText, propertiesText, bytesText, sendResultText } from '../java-text.js';
import { createProducer } from '../producer.js';
import { createRequester, replyClientOf, replyTo, type ReplyMessage } from '../request-reply.js';
import { createTransactionProducer, type TransactionState } from '../transaction.js';
import { clientOptions, messagesText, type Program, untilStopped } from './program.js';

const GROUP = 'please_rename_unique_group_name';
const TAGS = ['TagA', 'TagB', 'TagC', 'TagD', 'TagE'] as const;
const DECISIONS: readonly TransactionState[] = ['unknown', 'commit', 'rollback'];

/** transaction.TransactionProducer: decides nothing at once, a third each when it is asked. */
export const transaction: Program = async (context) => {
  const decided = new Map<string, TransactionState>();
  const producer = createTransactionProducer(
    { ...clientOptions(context), group: GROUP },
    {
      execute(_message, { msgId }) {
        decided.set(msgId, DECISIONS[decided.size % DECISIONS.length]!);
        return 'unknown';
      },
      check: ({ msgId }) => decided.get(msgId) ?? 'commit',
    },
  );
  await producer.start();
  for (let i = 0; i < 10 && !context.signal.aborted; i++) {
    const tags = TAGS[i % TAGS.length]!;
    const message = { topic: 'TopicTest1234', tags, keys: `KEY${i}`, body: `Hello RocketMQ ${i}` };
    context.out(`${sendResultText(await producer.send(message))}\n`);
    await sleep(context.clock, 10);
  }
  await untilStopped(context);
  await producer.stop();
};

const REQUEST_TOPIC = 'RequestTopic';
const TTL_MS = 3000;

/** rpc.RequestProducer. */
export const request: Program = async (context) => {
  const requester = createRequester({ ...clientOptions(context), group: GROUP });
  await requester.start();
  const begin = context.clock.now();
  try {
    const message = { topic: REQUEST_TOPIC, body: 'Hello world' };
    const reply = await requester.request(message, TTL_MS);
    const cost = context.clock.now() - begin;
    const text = replyText(reply);
    context.out(`request to <${REQUEST_TOPIC}> cost: ${cost} replyMessage: ${text} \n`);
  } catch (error) {
    context.err(`request to <${REQUEST_TOPIC}> fail. ${describeError(error)}\n`);
  }
  await requester.stop();
};

function replyText({ topic, properties, body }: ReplyMessage): string {
  const fields = [
    `topic='${topic}'`,
    'flag=0',
    `properties=${propertiesText(properties)}`,
    `body=${bytesText(body)}`,
    "transactionId='null'",
  ];
  return `Message{${fields.join(', ')}}`;
}

/** rpc.ResponseConsumer. */
export const response: Program = async (context) => {
  const producer = createProducer({ ...clientOptions(context), group: GROUP });
  await producer.start();
  const consumer = createPushConsumer({ ...clientOptions(context), group: GROUP });
  consumer.subscribe(REQUEST_TOPIC).listen(async (messages) => {
    const thread = `ConsumeMessageThread_${GROUP}_1`;
    context.out(`${thread} Receive New Messages: ${messagesText(messages)} \n`);
    for (const message of messages) {
      context.out(`handle message: ${messageExtText(message)} \n`);
      const result = await producer.send(replyTo(message, 'reply message contents.'));
      context.out(`reply to ${replyClientOf(message)} , ${sendResultText(result)} \n`);
    }
  });
  await consumer.start();
  context.out('Consumer Started.\n');
  await untilStopped(context);
  await consumer.stop();
  await producer.stop();
};
