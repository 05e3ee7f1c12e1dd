// Requests with names and sizes that are not allowed, the first of those in kind-steps.ts.

import { encodeBatch } from '../../../src/protocol/batch.js';
import { encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import {
  beat,
  type Header,
  pop,
  pull,
  send,
  type Step,
  stepsInto,
  sub,
  topic,
} from './answer-steps.js';

export const NAME_STEPS: Step[] = [];
const step = stepsInto(NAME_STEPS);

const text = (body: string): { body: Buffer } => ({ body: Buffer.from(body) });
const json = (value: unknown): { body: Buffer } => text(JSON.stringify(value));
const B = text('hello');

export const group = (groupName: string, ch: Header = {}) => ({
  groupName,
  consumeEnable: true,
  consumeFromMinEnable: true,
  consumeBroadcastEnable: true,
  retryQueueNums: 1,
  retryMaxTimes: 16,
  brokerId: 0,
  whichBrokerWhenConsumeSlowly: 1,
  notifyConsumerIdsChangedEnable: true,
  ...ch,
});
export const reset = (name: string, group: string, ch: Header = {}) => ({
  topic: name,
  group,
  timestamp: -1,
  isForce: true,
  queueId: -1,
  ...ch,
});

const BAD_NAMES: readonly [string, string][] = [
  ['up', '../up'],
  ['slash', 'a/b'],
  ['nul', 'a\0b'],
  ['space', 'a b'],
  ['300', 'x'.repeat(300)],
  ['umlaut', 'ü'],
  ['blank', ' '],
  ['dot', '.'],
  ['retry up', '%RETRY%../up'],
  ['dlq up', '%DLQ%../up'],
  ['dash', '-a_|%'],
];

step('topic Good', 'UPDATE_AND_CREATE_TOPIC', topic('Good', 2));
for (const [what, name] of BAD_NAMES) {
  const named = (request: RequestName, header: Header, options: { body?: Buffer } = {}): void =>
    step(`${what}: ${request}`, request, header, options);
  const offset = { consumerGroup: name, topic: 'Good', queueId: 0 };
  named('UPDATE_AND_CREATE_TOPIC', topic(name));
  named(
    'UPDATE_AND_CREATE_TOPIC_LIST',
    {},
    json({
      topicConfigList: [
        {
          topicName: name,
          perm: 6,
          readQueueNums: 1,
          writeQueueNums: 1,
          topicFilterType: 'SINGLE_TAG',
          topicSysFlag: 0,
          order: false,
          attributes: {},
        },
      ],
    }),
  );
  named(
    'UPDATE_AND_CREATE_STATIC_TOPIC',
    topic(name),
    json({
      topic: name,
      totalQueues: 1,
      bname: 'broker-a',
      epoch: 1,
      dirty: false,
      hostedQueues: {},
    }),
  );
  named('SEND_MESSAGE_V2', send(name), B);
  named('SEND_BATCH_MESSAGE', send(name, {}, { batch: true }), {
    body: encodeBatch([{ flag: 0, body: B.body, properties: '' }]),
  });
  named('SEND_REPLY_MESSAGE_V2', send(name), B);
  named('PULL_MESSAGE', pull(name));
  step(`${what}: pull by group`, 'PULL_MESSAGE', pull('Good', { consumerGroup: name }));
  named('LITE_PULL_MESSAGE', pull(name, { sysFlag: 20 }));
  named('POP_MESSAGE', pop(name, { bornTime: 4e12 }));
  step(
    `${what}: pop by group`,
    'POP_MESSAGE',
    pop('Good', { consumerGroup: name, bornTime: 4e12 }),
  );
  named('NOTIFICATION', {
    consumerGroup: 'g',
    topic: name,
    queueId: 0,
    pollTime: 0,
    bornTime: 4e12,
  });
  named('HEART_BEAT', {}, beat([sub(name, 'Good')]));
  step(`${what}: heartbeat for topic`, 'HEART_BEAT', {}, beat([sub('hbg', name)]));
  step(`${what}: heartbeat of producer`, 'HEART_BEAT', {}, beat([], [name]));
  named('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, json(group(name)));
  named('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST', {}, json({ groupConfigList: [group(name)] }));
  named('GET_SUBSCRIPTIONGROUP_CONFIG', { group: name });
  named('QUERY_CONSUMER_OFFSET', offset);
  named('UPDATE_CONSUMER_OFFSET', { ...offset, commitOffset: 1 });
  step(`${what}: offset of topic`, 'QUERY_CONSUMER_OFFSET', {
    ...offset,
    consumerGroup: 'hbg',
    topic: name,
  });
  named('CONSUMER_SEND_MSG_BACK', { offset: 0, group: name, delayLevel: 1, originTopic: name });
  named('GET_TOPIC_CONFIG', { topic: name });
  named('GET_TOPIC_STATS_INFO', { topic: name });
  named('GET_CONSUME_STATS', { consumerGroup: name });
  named('INVOKE_BROKER_TO_RESET_OFFSET', reset(name, 'hbg'));
  step(`${what}: reset of group`, 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Good', name));
  named('CLONE_GROUP_OFFSET', { srcGroup: name, destGroup: name, topic: name, offline: true });
  named('QUERY_TOPIC_CONSUME_BY_WHO', { topic: name });
  named('QUERY_CONSUME_TIME_SPAN', { topic: name, group: name });
  named('QUERY_MESSAGE', {
    topic: name,
    key: 'k',
    maxNum: 8,
    beginTimestamp: 0,
    endTimestamp: 4e12,
  });
  named(
    'LOCK_BATCH_MQ',
    {},
    {
      body: encodeLockBatch({
        consumerGroup: name,
        clientId: 'c',
        onlyThisBroker: true,
        mqSet: [{ topic: name, brokerName: 'broker-a', queueId: 0 }],
      }),
    },
  );
  named('RECALL_MESSAGE', { producerGroup: name, topic: name, recallHandle: 'x' });
  named('DELETE_TOPIC_IN_BROKER', { topic: name });
  named('DELETE_SUBSCRIPTIONGROUP', { groupName: name, cleanOffset: true });
}
step('retry topics', 'GET_TOPIC_STATS_INFO', { topic: '%RETRY%hbg' });

// lengths
for (const length of [119, 120, 121, 127, 128, 255, 256]) {
  const name = 'n'.repeat(length);
  step(`topic of ${length}`, 'UPDATE_AND_CREATE_TOPIC', topic(name, 1));
  step(`send to ${length}`, 'SEND_MESSAGE_V2', send(name), B);
  step(`batch to ${length}`, 'SEND_BATCH_MESSAGE', send(name, {}, { batch: true }), {
    body: encodeBatch([{ flag: 0, body: B.body, properties: '' }]),
  });
  step(`pull ${length}`, 'PULL_MESSAGE', pull(name));
  step(`group of ${length}`, 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, json(group(name)));
  step(`heartbeat of ${length}`, 'HEART_BEAT', {}, beat([sub(name, 'Good')]));
  step(`send to retry of ${length}`, 'SEND_MESSAGE_V2', send(`%RETRY%${name}`), B);
  step(`retry topic of ${length}`, 'GET_TOPIC_CONFIG', { topic: `%RETRY%${name}` });
}
const propertiesOf = (length: number): Header => ({
  properties: `x\u0001${'y'.repeat(length - 3)}\u0002`,
});
for (const length of [32_000, 32_600, 32_767, 32_768, 65_536]) {
  step(`properties of ${length}`, 'SEND_MESSAGE_V2', send('Good', {}, propertiesOf(length)), B);
  const own = String(propertiesOf(length).properties);
  if (length < 32_768)
    step(
      `batch with properties of ${length}`,
      'SEND_BATCH_MESSAGE',
      send('Good', {}, { batch: true }),
      { body: encodeBatch([{ flag: 0, body: B.body, properties: own }]) },
    );
}
const MAX = 4 * 1024 * 1024;
for (const bytes of [MAX, MAX + 1])
  step(`body of ${bytes}`, 'SEND_MESSAGE_V2', send('Good'), { body: Buffer.alloc(bytes, 1) });
for (const bytes of [MAX - 100, MAX + 1])
  step(`batch of ${bytes}`, 'SEND_BATCH_MESSAGE', send('Good', {}, { batch: true }), {
    body: encodeBatch([
      { flag: 0, body: Buffer.alloc(bytes / 2, 1), properties: '' },
      { flag: 0, body: Buffer.alloc(bytes / 2, 1), properties: '' },
    ]),
  });
