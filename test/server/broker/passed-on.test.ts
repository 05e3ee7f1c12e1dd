// What the broker asks of consumers for others: to say how they are, to consume one message now.
// And consumers that it does not want.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { decodeRecord } from '../../../src/protocol/message.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import type { Handlers } from '../../../src/remoting/handler.js';
import { Ending } from '../../support/temp.js';
import { ANY, consumer, RunningBroker } from './running-broker.js';

const ending = new Ending();
afterEach(() => ending.run());

const GROUP = 'G';
const CLIENT = { consumerGroup: GROUP, clientId: 'client@1' };

async function start(handlers: Handlers): Promise<RunningBroker> {
  const broker = await RunningBroker.start(ending, { handlers });
  await broker.createTopic('T', 1);
  await broker.heartbeat({ consumerDataSet: [consumer(GROUP, 'T')] });
  return broker;
}

test('a consumer is asked how it is, with the stack of its threads', async () => {
  const { client, address } = await start({
    GET_CONSUMER_RUNNING_INFO: ({ jstackEnable }) => ({
      body: Buffer.from(JSON.stringify({ jstack: String(jstackEnable) })),
    }),
  });
  const header = { ...CLIENT, jstackEnable: true };
  const { body } = await client.request(address, 'GET_CONSUMER_RUNNING_INFO', header);
  assert.deepEqual(JSON.parse(body.toString()), { jstack: 'true' });
});

test('a consumer is handed one message, and its verdict comes back', async () => {
  const handed: string[] = [];
  const broker = await start({
    CONSUME_MESSAGE_DIRECTLY: ({ brokerName, consumerGroup }, call) => {
      handed.push(`${brokerName} ${consumerGroup} ${String(decodeRecord(call.body)?.body)}`);
      return { body: Buffer.from('{"consumeResult":"CR_LATER"}') };
    },
  });
  const { msgId } = await broker.sent('T', 'now');
  const ask = (changes: object = {}) =>
    broker.client.request(
      broker.address,
      'CONSUME_MESSAGE_DIRECTLY',
      { ...CLIENT, msgId, topic: 'T', ...changes },
      { allow: ANY },
    );
  assert.match((await ask()).body.toString(), /CR_LATER/);
  assert.deepEqual(handed, ['broker-a G now']);
  const absent = await ask({ clientId: 'nobody' });
  assert.deepEqual(
    [absent.code, absent.remark],
    [ResponseCode.SYSTEM_ERROR, 'The Consumer <G> <nobody> not online'],
  );
});

test('consumers that pull by themselves can be refused', async () => {
  const broker = await RunningBroker.start(ending, { broker: { rejectPullConsumerEnable: true } });
  await broker.createTopic('T', 1);
  await broker.sent('T', 'x');
  const { code, remark } = await broker.pull(GROUP, 'T', 0, 0);
  assert.equal(code, ResponseCode.SUBSCRIPTION_NOT_EXIST);
  assert.match(remark!, /the pull consumer is rejected by server/);
  assert.deepEqual(await broker.bodies('T', 0, 'TOOLS_CONSUMER'), ['x']);
  await broker.heartbeat({ consumerDataSet: [consumer(GROUP, 'T')] });
  assert.deepEqual(await broker.bodies('T', 0, GROUP), ['x']);
});
