// Transactions, requests over topics, traces.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { decodeTraces, messageTraces } from '../../src/client/admin/trace.js';
import type { ReceivedMessage } from '../../src/client/message.js';
import { createRequester, replyTo } from '../../src/client/request-reply.js';
import { createTransactionProducer } from '../../src/client/transaction.js';
import { type RocketMQ, startRocketMQ } from '../../src/index.js';
import { until } from '../support/until.js';

let mq: RocketMQ;
before(async () => {
  const often = { transactionCheckInterval: 200, transactionTimeOut: 200 };
  const broker = { ...often, traceTopicEnable: true };
  mq = await startRocketMQ({ broker, topics: ['Tx', 'Ask', 'Traced'], queues: 1 });
});
after(() => mq.stop());

test('a transaction is seen when it is committed, at once or when the broker asks', async (t) => {
  const seen: string[] = [];
  await mq.consumer({ group: 'TxReaders', topic: 'Tx' }, ([message]) => {
    seen.push(message!.body.toString());
  });
  const checked: string[] = [];
  const producer = createTransactionProducer(
    { group: 'TxWriters', namesrvAddr: mq.namesrvAddr },
    {
      execute: ({ body }) => {
        if (body === 'yes') return 'commit';
        if (body === 'no') return 'rollback';
        throw new Error('who knows');
      },
      check: ({ body }) => {
        checked.push(body.toString());
        return 'commit';
      },
    },
  );
  await producer.start();
  t.after(() => producer.stop());
  assert.equal((await producer.send({ topic: 'Tx', body: 'yes' })).state, 'commit');
  assert.equal((await producer.send({ topic: 'Tx', body: 'no' })).state, 'rollback');
  assert.equal((await producer.send({ topic: 'Tx', body: 'later' })).state, 'unknown');
  await until('the committed messages', () => seen.length === 2);
  assert.deepEqual(seen, ['yes', 'later']);
  assert.deepEqual(checked, ['later']);
});

test('a request gets its answer', async (t) => {
  const requester = createRequester({ group: 'Askers', namesrvAddr: mq.namesrvAddr });
  await requester.start();
  t.after(() => requester.stop());
  const producer = await mq.producer({ group: 'Answerers' });
  await mq.consumer({ group: 'Answerers', topic: 'Ask' }, async ([message]) => {
    if (message!.body.toString() === 'silence') return;
    await producer.send(replyTo(message!, `${message!.body.toString()}!`));
  });
  const [one, two] = await Promise.all([
    requester.request({ topic: 'Ask', body: 'one' }, 5000),
    requester.request({ topic: 'Ask', body: 'two' }, 5000),
  ]);
  assert.deepEqual([one.body.toString(), two.body.toString()], ['one!', 'two!']);
  await assert.rejects(requester.request({ topic: 'Ask', body: 'silence' }, 100), {
    code: 'REQUEST_TIMEOUT',
  });
});

test('a message that asks for nothing cannot be answered', () => {
  const message = { msgId: 'ID', properties: { CLUSTER: 'C' } };
  assert.throws(() => replyTo(message as unknown as ReceivedMessage, 'x'), {
    code: 'MESSAGE_INVALID',
  });
});

const fields = (...values: (string | number)[]): string => values.join('\u0001');

test('traces of every kind, of clients old and new', () => {
  const pub = fields(
    'Pub',
    17,
    'R',
    'PG',
    'T',
    'ID',
    'TagA',
    'k',
    'b:1',
    5,
    16,
    0,
    'OFF',
    'true',
    'h',
  );
  const old = fields('Pub', 17, 'R', 'PG', 'T', 'ID', 'null', '', 'b:1', 5, 16, 0, 'false');
  const sub = fields('SubAfter', 'req', 'ID', 3, 'true', 'k', 0, 18, 'CG');
  const body = Buffer.from([pub, old, sub, 'Nonsense\u0001x', ''].join('\u0002'));
  const message = { body, bornHost: '10.0.0.1:5' } as ReceivedMessage;
  const [newest, oldest, consumed, ...rest] = decodeTraces(message);
  assert.equal(rest.length, 0);
  assert.deepEqual(newest, {
    type: 'Pub',
    msgId: 'ID',
    topic: 'T',
    groupName: 'PG',
    tags: 'TagA',
    keys: 'k',
    storeHost: 'b:1',
    offsetMsgId: 'OFF',
    clientHost: '10.0.0.1',
    timestamp: 17,
    costMs: 16,
    success: true,
  });
  assert.deepEqual([oldest?.success, oldest?.tags, oldest?.keys], [false, undefined, undefined]);
  assert.deepEqual(
    [consumed?.groupName, consumed?.timestamp, consumed?.costMs, consumed?.success],
    ['CG', 18, 3, true],
  );
});

test('traces are found by the message’s id', async () => {
  await mq.createTopic('Traces', 1);
  const producer = await mq.producer();
  const trace = fields(
    'Pub',
    17,
    'R',
    'PG',
    'T',
    'ID9',
    'A',
    'k',
    'b:1',
    5,
    16,
    0,
    'OFF',
    'true',
    'h',
  );
  await producer.send({ topic: 'Traces', body: `${trace}\u0002`, keys: ['ID9', 'k'] });
  const [found] = await messageTraces(mq.session, { msgId: 'ID9', traceTopic: 'Traces' });
  assert.equal(found?.groupName, 'PG');
  assert.ok(systemClock.now() > found.timestamp);
});

test('producers and consumers write traces when they are told to', async () => {
  const producer = await mq.producer({ group: 'Traced-P', trace: true });
  const seen: string[] = [];
  const consumer = await mq.consumer(
    { group: 'Traced-C', topic: 'Traced', trace: true },
    ([message]) => {
      seen.push(message!.body.toString());
    },
  );
  const { msgId, offsetMsgId } = await producer.send({ topic: 'Traced', body: 'x', keys: 'key' });
  await until('the message', () => seen.length === 1);
  await Promise.all([producer.stop(), consumer.stop()]);
  const traces = await messageTraces(mq.session, { msgId });
  const of = (type: string) => traces.find((trace) => trace.type === type);
  assert.equal(traces.length, 3);
  assert.deepEqual([of('Pub')?.groupName, of('Pub')?.offsetMsgId], ['Traced-P', offsetMsgId]);
  assert.deepEqual([of('Pub')?.success, of('Pub')?.keys], [true, 'key']);
  assert.equal(of('SubBefore')?.groupName, 'Traced-C');
  assert.deepEqual([of('SubAfter')?.groupName, of('SubAfter')?.success], ['Traced-C', true]);
});
