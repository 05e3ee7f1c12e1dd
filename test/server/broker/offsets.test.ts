// Offsets of groups and queues: requests, the file, resets.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decodeResetOffsets, decodeTimeSpans } from '../../../src/protocol/bodies/group.js';
import { decodeBody } from '../../../src/protocol/bodies/json.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { Ending } from '../../support/temp.js';
import { ANY, consumer, RunningBroker } from './running-broker.js';

const ending = new Ending();
const resets: [string, Map<object, number>][] = [];
let broker: RunningBroker;
before(async () => {
  broker = await RunningBroker.start(ending, {
    broker: { useServerSideResetOffset: false },
    handlers: {
      RESET_CONSUMER_CLIENT_OFFSET(header, call) {
        resets.push([header.group, decodeResetOffsets(call.body)]);
        return {};
      },
    },
  });
  await broker.createTopic('Topic', 1);
  for (const text of ['a', 'b', 'c']) await broker.sent('Topic', text);
});
after(() => ending.run());

const queue = { topic: 'Topic', queueId: 0 };

async function query(consumerGroup: string, changes: object = {}) {
  const header = { consumerGroup, ...queue, ...changes };
  return broker.client.request(broker.address, 'QUERY_CONSUMER_OFFSET', header, { allow: ANY });
}

async function update(consumerGroup: string, commitOffset: number, changes: object = {}) {
  const header = { consumerGroup, ...queue, commitOffset, ...changes };
  return broker.client.request(broker.address, 'UPDATE_CONSUMER_OFFSET', header, { allow: ANY });
}

test('a committed offset is what the group gets back', async () => {
  await broker.pull('committing', 'Topic', 0, 0); // makes the group known
  assert.equal((await update('committing', 2)).code, ResponseCode.SUCCESS);
  const answer = await query('committing');
  assert.deepEqual([answer.code, answer.header.offset], [ResponseCode.SUCCESS, 2]);
});

test('a pull commits when its flag says so', async () => {
  await broker.pull('pulling', 'Topic', 0, 0, { sysFlag: 1 | 4, commitOffset: 1 });
  assert.equal((await query('pulling')).header.offset, 1);
});

test('a group without an offset: zero when the queue is young, else not found', async () => {
  const young = await query('fresh');
  assert.deepEqual([young.code, young.header.offset], [ResponseCode.SUCCESS, 0]);
  const asked = await query('fresh', { setZeroIfNotFound: false });
  assert.equal(asked.code, ResponseCode.QUERY_NOT_FOUND);
  assert.equal(asked.remark, 'Not found, do not set to zero, maybe this group boot first');
  const empty = await query('fresh', { topic: 'Unknown' });
  assert.equal(empty.code, ResponseCode.QUERY_NOT_FOUND);
  assert.equal(empty.remark, 'Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first');
});

test('offsets of unknown groups and topics are refused', async () => {
  const group = await update('nobody', 1);
  assert.equal(group.code, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
  assert.equal(group.remark, 'Group nobody not exist!');
  const topic = await update('committing', 1, { topic: 'Nowhere' });
  assert.equal(topic.code, ResponseCode.TOPIC_NOT_EXIST);
});

test('a queue tells its bounds and finds offsets by time', async () => {
  const max = await broker.client.request(broker.address, 'GET_MAX_OFFSET', queue);
  const min = await broker.client.request(broker.address, 'GET_MIN_OFFSET', queue);
  assert.deepEqual([min.header.offset, max.header.offset], [0, 3]);
  const at = { ...queue, timestamp: Date.now() + 60_000 };
  const end = await broker.client.request(broker.address, 'SEARCH_OFFSET_BY_TIMESTAMP', at);
  assert.equal(end.header.offset, 3);
  const early = { ...queue, timestamp: 1 };
  const start = await broker.client.request(broker.address, 'SEARCH_OFFSET_BY_TIMESTAMP', early);
  assert.equal(start.header.offset, 0);
  const first = await broker.client.request(broker.address, 'GET_EARLIEST_MSG_STORETIME', queue);
  assert(Date.now() - first.header.timestamp < 60_000);
});

test('offsets survive a restart in RocketMQ’s file', async () => {
  const first = await RunningBroker.start(ending);
  await first.createTopic('Topic', 1);
  await first.sent('Topic', 'x');
  await first.pull('keeper', 'Topic', 0, 0, { sysFlag: 1 | 4, commitOffset: 1 });
  await first.broker.stop();
  const text = readFileSync(`${first.folder}/store/config/consumerOffset.json`, 'utf8');
  assert.match(text, /"Topic@keeper":\{\s*0:1\s*\}/);
  assert.match(text, /"keeper":\[\s*"Topic"\s*\]/);
  const second = await RunningBroker.start(ending, { folder: first.folder });
  const header = { consumerGroup: 'keeper', ...queue };
  const answer = await second.client.request(second.address, 'QUERY_CONSUMER_OFFSET', header);
  assert.equal(answer.header.offset, 1);
});

test('a reset by time is handed to the consumers of the group', async () => {
  const header = { topic: 'Topic', group: 'resetting', timestamp: -1, isForce: true };
  const ask = () =>
    broker.client.request(broker.address, 'INVOKE_BROKER_TO_RESET_OFFSET', header, { allow: ANY });
  assert.equal((await ask()).remark, 'THe consumer group <resetting> not exist');
  await broker.pull('resetting', 'Topic', 0, 0, { sysFlag: 1 | 4, commitOffset: 1 });
  const offline = await ask();
  assert.equal(offline.code, ResponseCode.CONSUMER_NOT_ONLINE);
  await broker.heartbeat({ consumerDataSet: [consumer('resetting', 'Topic')] });
  const answer = await ask();
  const expected = new Map([[{ topic: 'Topic', brokerName: 'broker-a', queueId: 0 }, 3]]);
  assert.deepEqual(decodeResetOffsets(answer.body), expected);
  assert.deepEqual(resets, [['resetting', expected]]);
});

test('a reset inside the broker sends the next pull elsewhere', async () => {
  const own = await RunningBroker.start(ending, { broker: { useServerSideResetOffset: true } });
  await own.createTopic('Topic', 1);
  for (const text of ['a', 'b', 'c']) await own.sent('Topic', text);
  await own.pull('inside', 'Topic', 0, 3, { sysFlag: 1 | 4, commitOffset: 3 });
  const header = { ...queue, group: 'inside', offset: 1, timestamp: -1, isForce: true };
  await own.client.request(own.address, 'INVOKE_BROKER_TO_RESET_OFFSET', header);
  const moved = await own.pull('inside', 'Topic', 0, 3);
  assert.deepEqual(
    [moved.code, moved.remark, moved.header.nextBeginOffset],
    [ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_RESET', 1],
  );
  assert.equal((await own.pull('inside', 'Topic', 0, 1)).messages.length, 2);
});

test('offsets are cloned, compared, spanned over time', async () => {
  await update('committing', 2);
  const clone = { srcGroup: 'committing', destGroup: 'cloned', topic: 'Topic', offline: true };
  await broker.client.request(broker.address, 'CLONE_GROUP_OFFSET', clone);
  assert.equal((await query('cloned')).header.offset, 2);
  const span = { topic: 'Topic', group: 'committing' };
  const spans = await broker.client.request(broker.address, 'QUERY_CONSUME_TIME_SPAN', span);
  const [one] = decodeTimeSpans(spans.body);
  assert(one.minTimeStamp <= one.consumeTimeStamp && one.consumeTimeStamp <= one.maxTimeStamp);
  const all = await broker.client.request(broker.address, 'GET_ALL_CONSUMER_OFFSET', {});
  assert('offsetTable' in decodeBody(all.body, 'offsets'));
  const entries = { ...queue, index: 1, count: 5 };
  const cq = await broker.client.request(broker.address, 'QUERY_CONSUME_QUEUE', entries);
  const { queueData, maxQueueIndex } = decodeBody(cq.body, 'entries');
  assert.equal(maxQueueIndex, 3);
  assert.equal((queueData as unknown[]).length, 2);
});
