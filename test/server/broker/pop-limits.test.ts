// Bounds of POP: messages that a group may leave unacknowledged; what belongs to RocksDB elsewhere.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { RecordingLog } from '../../support/recording-log.js';
import { Ending, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ack, changeTime, pop, receipt, texts } from './popping.js';
import { ANY, RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const LIMITED = { enablePopMessageThreshold: true, popInflightMessageThreshold: 1 };

async function start(topic: string): Promise<RunningBroker> {
  const broker = await RunningBroker.start(ending, { broker: LIMITED });
  await broker.createTopic(topic, 1);
  for (const body of ['1', '2', '3', '4']) await broker.sent(topic, body);
  return broker;
}

test('a group with too many open messages gets no more until it acknowledges', async () => {
  const broker = await start('T');
  const first = await pop(broker, 'T', { maxMsgNums: 2 });
  assert.deepEqual(texts(first.messages), ['1', '2']);
  const full = await pop(broker, 'T');
  assert.deepEqual([full.code, full.header.restNum], [ResponseCode.POLLING_TIMEOUT, 2]);
  const others = await pop(broker, 'T', { consumerGroup: 'others' });
  assert.equal(others.messages.length, 4);
  const [message] = first.messages;
  await ack(broker, 'T', message!, receipt(first, message!));
  const second = await pop(broker, 'T', { maxMsgNums: 1 });
  assert.deepEqual(texts(second.messages), ['3']);
});

test('what comes back by a retry topic is counted there', async () => {
  const broker = await start('T');
  await pop(broker, 'T', { maxMsgNums: 2, invisibleTime: 1000 });
  const seen: string[] = [];
  await until('messages that came back', async () => {
    seen.push(...texts((await pop(broker, 'T')).messages));
    return seen.length === 4;
  });
  assert.deepEqual(seen.sort(), ['1', '2', '3', '4']);
});

test('in order a queue is never full: the next messages wait for the last anyway', async () => {
  const broker = await start('T');
  const inOrder = { order: true, maxMsgNums: 2 };
  for (const bodies of [
    ['1', '2'],
    ['3', '4'],
  ]) {
    const answer = await pop(broker, 'T', inOrder);
    assert.deepEqual(texts(answer.messages), bodies);
    for (const message of answer.messages) {
      const at = receipt(answer, message);
      assert.equal((await ack(broker, 'T', message, at)).code, ResponseCode.SUCCESS);
    }
  }
});

test('POP_ROLLBACK has nothing to do: what POP hands out is noted in topics', async () => {
  const { client, address } = await RunningBroker.start(ending);
  assert.equal((await client.request(address, 'POP_ROLLBACK', {})).code, ResponseCode.SUCCESS);
});

test('records that RocketMQ keeps in RocksDB are not read, and the log says so', async () => {
  const folder = tempFolder(ending);
  mkdirSync(join(folder, 'store', 'kvStore'), { recursive: true });
  const log = new RecordingLog();
  await RunningBroker.start(ending, { folder, log });
  const warned = log.lines.filter(({ text }) => /kvStore is not read/.test(text));
  assert.equal(warned.length, 1);
});

test('clients find the fields that they read in every answer', async () => {
  const broker = await RunningBroker.start(ending);
  await broker.createTopic('Fields', 1);
  await broker.createTopic('Unread', 1, { perm: 2 });
  for (const body of ['1', '2']) await broker.sent('Fields', body);
  const first = await pop(broker, 'Fields', { order: true });
  const [message] = first.messages;
  const words = receipt(first, message!).split(' ');
  words[3] = '999';
  const handle = words.join(' ');
  const nothing = { popTime: 0, invisibleTime: 0, reviveQid: 0 };
  const elsewhere = await changeTime(broker, 'Fields', message!, handle, { queueId: 9 });
  assert.equal(elsewhere.code, ResponseCode.MESSAGE_ILLEGAL);
  assert.deepEqual({ ...elsewhere.header }, nothing);
  // RocketMQ takes a handle without its last two words: the request names the queue
  assert.equal((await ack(broker, 'Fields', message!, words.slice(0, 6).join(' '))).code, 0);
  const late = await changeTime(broker, 'Fields', message!, handle, {});
  assert.deepEqual([late.code, { ...late.header }], [0, nothing]);
  const header = { consumerGroup: 'poppers', topic: 'Unread', queueId: 0, maxMsgNums: 1 };
  const peeked = await broker.client.request(broker.address, 'PEEK_MESSAGE', header, {
    allow: ANY,
  });
  assert.equal(peeked.code, ResponseCode.NO_PERMISSION);
  assert.deepEqual({ ...peeked.header }, { ...nothing, restNum: 0 });
});
