// The example programs print what RocketMQ's print.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { exampleNames, runExample } from '../../src/client/examples/table.js';
import { type RocketMQ, startRocketMQ } from '../../src/index.js';
import { until } from '../support/until.js';

let mq: RocketMQ;
before(async () => {
  mq = await startRocketMQ();
});
after(() => mq.stop());

interface Running {
  lines: string[];
  done: Promise<void>;
  stop(): Promise<void>;
}

function start(name: string, ...args: string[]): Running {
  const ending = new AbortController();
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text);
  const done = runExample(`org.apache.rocketmq.example.${name}`, {
    args,
    namesrvAddr: mq.namesrvAddr,
    clock: systemClock,
    log: silentLogger,
    out: write,
    err: write,
    signal: ending.signal,
  });
  const stop = (): Promise<void> => {
    ending.abort();
    return done;
  };
  return { lines, done, stop };
}

const SEND_RESULT =
  /^SendResult \[sendStatus=SEND_OK, msgId=[0-9A-F]{32,56}, offsetMsgId=[0-9A-F]{32}, messageQueue=MessageQueue \[topic=TopicTest, brokerName=broker-a, queueId=[0-3]\], queueOffset=\d+, recallHandle=null\]\n$/;
const RECEIVED =
  /^ConsumeMessageThread_please_rename_unique_group_name_4_\d+ Receive New Messages: \[MessageExt \[brokerName=broker-a, .*toString\(\)=Message\{topic='TopicTest', flag=0, properties=\{CONSUME_START_TIME=\d+, MSG_REGION=.*\}, body=\[72, 101, 108, 108, 111, 32, 82,.*\], transactionId='null'\}\]\] \n$/;

test('the quickstart: a thousand messages sent, a thousand received', async () => {
  const producer = start('quickstart.Producer');
  await producer.done;
  assert.equal(producer.lines.length, 1000);
  for (const line of producer.lines) assert.match(line, SEND_RESULT);
  const consumer = start('quickstart.Consumer');
  await until('all messages', () => consumer.lines.length === 1001);
  await consumer.stop();
  assert.equal(consumer.lines[0], 'Consumer Started.\n');
  for (const line of consumer.lines.slice(1)) assert.match(line, RECEIVED);
});

test('a program of arguments', async () => {
  const words = ['-g', 'PG', '-t', 'TopicOp', '-a', 'TagA', '-k', 'K', '-c', '2'];
  const producer = start('operation.Producer', ...words);
  await producer.done;
  assert.deepEqual(
    producer.lines.map((line) => line.slice(0, 20)),
    ['0        SendResult ', '1        SendResult '],
  );
  await assert.rejects(start('operation.Producer', '-g', 'PG').done, { code: 'USAGE' });
});

test('polling programs end when they are told', async () => {
  const program = start('simple.LitePullConsumerSubscribe');
  await until('messages', () => program.lines.some((line) => line.startsWith('[MessageExt [')));
  await program.stop();
});

test('the asynchronous producer', async () => {
  const program = start('simple.AsyncProducer');
  await program.done;
  assert.equal(program.lines.length, 100);
  for (const line of program.lines) assert.match(line, /^\d+ +OK [0-9A-F]{32,56} \n$/);
});

test('programs of a namespace', async () => {
  const producer = start('namespace.ProducerWithNamespace');
  await producer.done;
  assert.equal(producer.lines.length, 100);
  const puller = start('namespace.PullConsumerWithNamespace');
  await puller.done;
  assert.equal(puller.lines.filter((line) => line.startsWith('Topic is:')).length, 100);
});

test('the ordered producer keeps the messages of an order in one queue', async () => {
  const producer = start('ordermessage.Producer');
  await producer.done;
  const queueOf = (i: number): string => /queueId=(\d)/.exec(producer.lines[i]!)![1]!;
  for (let i = 0; i < 90; i++) assert.equal(queueOf(i + 10), queueOf(i));
});

test('the benchmark counts what it sends', async () => {
  const words = ['-t', 'Bench', '-w', '4', '-s', '64', '-q', '40', '-k', 'true', '-l', '2'];
  const producer = start('benchmark.Producer', ...words);
  await producer.done;
  assert.match(
    producer.lines[0]!,
    /^topic: Bench, threadCount: 4, messageSize: 64, keyEnable: true/,
  );
  assert.match(producer.lines[1]!, /^\[Complete\] Send Total: 40 \| Send TPS: \d+ \| Max RT/);
  const consumer = start('benchmark.Consumer', '-t', 'Bench', '-g', 'bench');
  await until('the start', () => consumer.lines.length === 2);
  await consumer.stop();
  assert.equal(consumer.lines[1], 'Consumer Started.\n');
});

test('another class says what is available', async () => {
  await assert.rejects(start('quickstart.Nothing').done, (error: Error & { hint?: string }) => {
    assert.match(error.message, /quickstart\.Nothing/);
    assert.match(error.hint ?? '', /org\.apache\.rocketmq\.example\.quickstart\.Producer/);
    return true;
  });
  assert.ok(exampleNames().length > 20);
});
