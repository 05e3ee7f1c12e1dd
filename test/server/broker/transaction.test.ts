// Transactions and request-reply against a running broker.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { Clock } from '../../../src/base/clock.js';
import { offsetMessageId } from '../../../src/protocol/host.js';
import { decodeRecord, type DecodedRecord } from '../../../src/protocol/message.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import type { Req, Res } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { ANY, RunningBroker } from './running-broker.js';
import { sendHeader } from '../../support/send-header.js';

const ending = new Ending();
after(() => ending.run());

const FAST = {
  transactionCheckInterval: 100,
  transactionTimeOut: 50,
  transactionOpBatchInterval: 20,
  transactionCheckMax: 2,
};

const COMMIT = 8;
const ROLLBACK = 12;
const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const TX = { TRAN_MSG: 'true', PGROUP: 'tx', UNIQ_KEY: 'FD01' };

interface Check {
  header: Req<'CHECK_TRANSACTION_STATE'>;
  half: DecodedRecord;
}

async function start(
  changes: object,
  clock?: Clock,
): Promise<{ broker: RunningBroker; checks: Check[] }> {
  const checks: Check[] = [];
  const broker = await RunningBroker.start(ending, {
    ...(clock && { clock }),
    broker: changes,
    handlers: {
      CHECK_TRANSACTION_STATE(header, call) {
        checks.push({ header, half: decodeRecord(call.body)! });
        return {};
      },
    },
  });
  await broker.createTopic('Tx', 2);
  await broker.heartbeat({ producerDataSet: [{ groupName: 'tx' }] });
  return { broker, checks };
}

function end(
  broker: RunningBroker,
  half: Pick<Res<'SEND_MESSAGE_V2'>, 'msgId' | 'queueOffset'>,
  commitOrRollback: number,
  changes: Partial<Req<'END_TRANSACTION'>> = {},
) {
  const header = {
    producerGroup: 'tx',
    tranStateTableOffset: half.queueOffset,
    commitLogOffset: Number(`0x${half.msgId.slice(16)}`),
    commitOrRollback,
    fromTransactionCheck: false,
    msgId: half.msgId,
    ...changes,
  };
  const options = { allow: ANY };
  return broker.client.request(broker.address, 'END_TRANSACTION', header, options);
}

test('a half is seen by nobody until it is committed, then once', async () => {
  const { broker } = await start({});
  const half = await broker.sent('Tx', 'paid', TX, { sysFlag: 4, queueId: 1 });
  assert.equal(half.queueId, 1);
  assert.deepEqual(await broker.bodies('Tx', 1), []);
  const wrong = await end(broker, half, COMMIT, { producerGroup: 'other' });
  assert.deepEqual(
    [wrong.code, wrong.remark],
    [ResponseCode.SYSTEM_ERROR, 'The producer group wrong'],
  );
  assert.equal((await end(broker, half, COMMIT)).code, ResponseCode.SUCCESS);
  assert.equal((await end(broker, half, COMMIT)).code, ResponseCode.SUCCESS);
  const { messages } = await broker.pull('g', 'Tx', 1, 0);
  assert.equal(messages.length, 1);
  const [message] = messages;
  assert.equal(message.sysFlag & 12, 8);
  assert.equal(message.preparedTransactionOffset, Number(`0x${half.msgId.slice(16)}`));
  const properties = parseProperties(message.properties);
  assert.equal(properties.__transactionId__, 'FD01');
  assert.equal(properties.TRAN_MSG, 'true');
  assert.deepEqual([properties.REAL_TOPIC, properties.REAL_QID], [undefined, undefined]);
});

test('a half that is rolled back is never delivered nor asked about', async () => {
  // Nobody is asked before time goes on: a machine that pauses would ask about what is not decided.
  const clock = new FakeClock(Date.now());
  const { broker, checks } = await start(FAST, clock);
  const half = await broker.sent('Tx', 'never', TX, { sysFlag: 4 });
  await end(broker, half, ROLLBACK);
  await broker.sent('Tx', 'pending', { ...TX, UNIQ_KEY: 'FD02' }, { sysFlag: 4 });
  await until('check of the pending one', () => {
    clock.advance(FAST.transactionCheckInterval);
    return checks.length > 0;
  });
  assert(checks.every(({ half }) => String(half.body) === 'pending'));
  assert.deepEqual(await broker.bodies('Tx', 0), []);
});

test('a producer that is silent is asked, may commit then, or the half is put aside', async () => {
  const { broker, checks } = await start(FAST);
  await broker.sent('Tx', 'asked', TX, { sysFlag: 4 });
  const [{ header, half }] = await until('check', () => checks.length > 0 && checks);
  assert.equal(half.topic, 'Tx');
  assert.equal(String(half.body), 'asked');
  const { TRANSACTION_CHECK_TIMES, WAIT } = parseProperties(half.properties);
  assert.deepEqual([TRANSACTION_CHECK_TIMES, WAIT], ['1', 'false']);
  assert.equal(header.msgId, 'FD01');
  const decided = {
    queueOffset: header.tranStateTableOffset,
    msgId: header.offsetMsgId ?? '',
  };
  const answer = await end(broker, decided, COMMIT, { fromTransactionCheck: true });
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.deepEqual(await broker.bodies('Tx', 0), ['asked']);
  await broker.sent('Tx', 'silent', { ...TX, UNIQ_KEY: 'FD03' }, { sysFlag: 4 });
  const aside = await until('message put aside', async () => {
    const topic = 'TRANS_CHECK_MAX_TIME_TOPIC';
    // on a slow machine the other one may have been asked about once more before its answer came
    const { messages } = await broker.pull('g', topic, 0, 0);
    return messages.find(({ body }) => String(body) === 'silent');
  });
  assert.deepEqual(await broker.bodies('Tx', 0), ['asked']);
  const seen = checks.length;
  const msgId = offsetMessageId(aside.storeHost, aside.physicalOffset);
  const resume = { topic: 'Tx', msgId };
  await broker.client.request(broker.address, 'RESUME_CHECK_HALF_MESSAGE', resume);
  await until('check that goes on', () => checks.length > seen);
});

test('decisions and questions go on after a restart', async () => {
  const { broker } = await start({ ...FAST, transactionCheckInterval: 60_000 });
  const half = await broker.sent('Tx', 'done', TX, { sysFlag: 4 });
  await end(broker, half, COMMIT);
  await broker.sent('Tx', 'open', { ...TX, UNIQ_KEY: 'FD04' }, { sysFlag: 4 });
  await broker.broker.stop();
  const checks: string[] = [];
  const again = await RunningBroker.start(ending, {
    folder: broker.folder,
    broker: FAST,
    handlers: {
      CHECK_TRANSACTION_STATE(_, call) {
        checks.push(String(decodeRecord(call.body)?.body));
        return {};
      },
    },
  });
  await again.heartbeat({ producerDataSet: [{ groupName: 'tx' }] });
  await until('check', () => checks.length > 0);
  assert.deepEqual([...new Set(checks)], ['open']);
  assert.deepEqual(await again.bodies('Tx', 0), ['done']);
  const { messages } = await again.pull('g', 'RMQ_SYS_TRANS_OP_HALF_TOPIC', 0, 0);
  assert.equal(String(messages[0].body), '0,');
  assert.equal((await again.pull('g', HALF, 0, 0)).messages.length > 1, true);
});

test('a producer that is asked again after a crash commits nothing twice', async () => {
  const { broker, checks } = await start({ ...FAST, transactionOpBatchInterval: 60_000 });
  const half = await broker.sent('Tx', 'once', TX, { sysFlag: 4 });
  await end(broker, half, COMMIT);
  assert.deepEqual(await broker.bodies('Tx', 0), ['once']);
  // What follows is what a producer does that is asked about a half whose end was lost.
  const [{ header }] = await (async () => {
    await broker.sent('Tx', 'once', TX, { sysFlag: 4 });
    return until('check', () => checks.length > 0 && checks);
  })();
  const again = { queueOffset: header.tranStateTableOffset, msgId: header.offsetMsgId ?? '' };
  const answer = await end(broker, again, COMMIT, { fromTransactionCheck: true });
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.deepEqual(await broker.bodies('Tx', 0), ['once']);
});

test('a commit that comes after the question was answered commits nothing twice', async () => {
  const { broker, checks } = await start(FAST);
  const half = await broker.sent('Tx', 'slow', TX, { sysFlag: 4 });
  const [{ header }] = await until('check', () => checks.length > 0 && checks);
  const asked = { queueOffset: header.tranStateTableOffset, msgId: header.offsetMsgId ?? '' };
  await end(broker, asked, COMMIT, { fromTransactionCheck: true });
  assert.equal((await end(broker, half, COMMIT)).code, ResponseCode.SUCCESS);
  assert.deepEqual(await broker.bodies('Tx', 0), ['slow']);
});

test('a decision about what is no half leaves the half with the same offset undecided', async () => {
  const { broker, checks } = await start(FAST);
  const half = await broker.sent('Tx', 'open', TX, { sysFlag: 4 });
  const plain = await broker.sent('Tx', 'plain', { PGROUP: 'tx' });
  assert.equal(plain.queueOffset, half.queueOffset);
  for (const decision of [COMMIT, ROLLBACK]) {
    const answer = await end(broker, plain, decision);
    assert.equal(answer.code, ResponseCode.SYSTEM_ERROR);
    assert.equal(answer.remark, 'The message is no half of a transaction');
  }
  await until('check', () => checks.length > 0);
  assert.equal(String(checks[0]!.half.body), 'open');
  assert.deepEqual(await broker.bodies('Tx', 0), ['plain']);
});

test('transactionMetrics counts what is undecided', async () => {
  const { broker } = await start({});
  const counted = async (): Promise<number> => {
    await broker.broker.stop();
    const text = readFileSync(`${broker.folder}/store/config/transactionMetrics`, 'utf8');
    const { transactionCount } = JSON.parse(text) as {
      transactionCount: { Tx: { count: number } };
    };
    return transactionCount.Tx.count;
  };
  const halves: Res<'SEND_MESSAGE_V2'>[] = [];
  for (const UNIQ_KEY of ['FD01', 'FD02', 'FD03', 'FD04']) {
    halves.push(await broker.sent('Tx', 'x', { ...TX, UNIQ_KEY }, { sysFlag: 4 }));
  }
  await end(broker, halves[0]!, COMMIT);
  await end(broker, halves[1]!, ROLLBACK);
  await end(broker, halves[1]!, ROLLBACK);
  assert.equal(await counted(), 2);
});

test('transactions can be forbidden', async () => {
  const { broker } = await start({ rejectTransactionMessage: true });
  const answer = await broker.send('Tx', 'x', TX, { sysFlag: 4 });
  assert.equal(answer.code, ResponseCode.NO_PERMISSION);
  assert.equal(answer.remark, 'the broker[127.0.0.1] sending transaction message is forbidden');
});

test('a reply is handed to the client that asked, and stored', async () => {
  const replies: [Req<'PUSH_REPLY_MESSAGE_TO_CLIENT'>, string][] = [];
  const broker = await RunningBroker.start(ending, {
    broker: { brokerClusterName: 'Replying' },
    handlers: {
      PUSH_REPLY_MESSAGE_TO_CLIENT(header, call) {
        replies.push([header, String(call.body)]);
        return {};
      },
    },
  });
  await broker.heartbeat({ clientID: 'asker@1', producerDataSet: [{ groupName: 'askers' }] });
  const topic = 'Replying_REPLY_TOPIC';
  const reply = (to: string) =>
    broker.client.request(
      broker.address,
      'SEND_REPLY_MESSAGE_V2',
      sendHeader(topic, { MSG_TYPE: 'reply', REPLY_TO_CLIENT: to, CORRELATION_ID: 'c1' }),
      { body: Buffer.from('the answer'), allow: ANY },
    );
  const answer = await reply('asker@1');
  assert.equal(answer.code, ResponseCode.SUCCESS);
  assert.equal(answer.header.queueOffset, 0);
  const [[header, body]] = replies;
  assert.equal(body, 'the answer');
  assert.equal(header.topic, topic);
  const properties = parseProperties(header.properties ?? '');
  assert.equal(properties.CORRELATION_ID, 'c1');
  assert.match(properties.PUSH_REPLY_TIME, /^\d+$/);
  assert.deepEqual(await broker.bodies(topic, 0), ['the answer']);
  const lost = await reply('nobody@1');
  assert.equal(lost.code, ResponseCode.SYSTEM_ERROR);
  assert.equal(lost.remark, 'push reply message fail, channel of <nobody@1> not found.');
});
