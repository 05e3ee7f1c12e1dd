// Queues that the broker assigns, and the way in which groups read.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  decodeAssignments,
  encodeAssignmentQuery,
  encodeRequestMode,
  type RequestMode,
} from '../../../src/protocol/bodies/assignment.js';
import { encodeHeartbeat } from '../../../src/protocol/bodies/client.js';
import { REQUESTS } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { allocate, allocatePop } from '../../../src/server/broker/clients/allocation.js';
import { RawPeer } from '../../support/raw-peer.js';
import { startServers } from '../../support/servers.js';
import { endingWith, tempFolder } from '../../support/temp.js';
import { Wire } from '../../support/wire.js';

const queuesOf = (count: number) =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName: 'b', queueId }));

test('queues are divided as RocketMQ divides them', () => {
  const clients = ['c', 'a', 'b'];
  const shares = (strategy: string, count: number): number[][] =>
    ['a', 'b', 'c'].map((client) =>
      allocate(strategy, queuesOf(count), clients, client)!.map(({ queueId }) => queueId),
    );
  assert.deepEqual(shares('AVG', 8), [[0, 1, 2], [3, 4, 5], [6, 7]]); // prettier-ignore
  assert.deepEqual(shares('AVG', 6), [[0, 1], [2, 3], [4, 5]]); // prettier-ignore
  assert.deepEqual(shares('AVG', 2), [[0], [1], []]);
  assert.deepEqual(shares('AVG_BY_CIRCLE', 5), [[0, 3], [1, 4], [2]]); // prettier-ignore
  assert.deepEqual(allocate('AVG', queuesOf(4), clients, 'd'), []);
  assert.equal(allocate('MACHINE_ROOM', queuesOf(4), clients, 'a'), undefined);
});

test('queues are shared among POP clients as RocketMQ shares them', () => {
  const clients = ['a', 'b', 'c', 'd'];
  const share = (client: string, count: number, shared: number): number[] =>
    allocatePop('AVG', queuesOf(count), clients, client, shared)!.map(({ queueId }) => queueId);
  assert.deepEqual(share('a', 8, -1), [-1], 'all queues of the broker');
  assert.deepEqual(share('a', 8, 3), [-1]);
  assert.deepEqual(share('a', 8, 1), [0, 1, 2, 3]);
  assert.deepEqual(share('d', 8, 1), [6, 7, 0, 1]);
  assert.deepEqual(share('d', 3, 1), [0], 'more clients than queues');
  assert.equal(allocatePop('X', queuesOf(3), clients, 'a', 1), undefined);
});

function heartbeat(clientID: string): Buffer {
  return encodeHeartbeat({
    clientID,
    producerDataSet: [],
    consumerDataSet: [
      {
        groupName: 'G',
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        unitMode: false,
        subscriptionDataSet: [],
      },
    ],
    heartbeatFingerprint: 0,
    withoutSub: false,
  });
}

test('members of a group are told their queues, and how to read them', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  const cluster = await startServers(ending, { folder });
  const wire = new Wire(ending, cluster);
  await wire.createTopic('T', 4);
  const ask = async (clientId: string, topic = 'T', messageModel = 'CLUSTERING') => {
    const query = { topic, consumerGroup: 'G', clientId, strategyName: 'AVG', messageModel };
    const body = encodeAssignmentQuery(query);
    const answer = await wire.client.request(cluster.broker, 'QUERY_ASSIGNMENT', {}, { body });
    return decodeAssignments(answer.body)?.map((row) => [row.messageQueue.queueId, row.mode]);
  };
  assert.equal(await ask('a'), undefined, 'nobody is online');
  for (const client of ['a', 'b']) {
    const peer = await RawPeer.connect(cluster.broker);
    ending.after(() => peer.close());
    await peer.request({ code: REQUESTS.HEART_BEAT.code, body: heartbeat(client), version: 513 });
  }
  assert.deepEqual(await ask('a'), [[0, 'PULL'], [1, 'PULL']]); // prettier-ignore
  assert.deepEqual(await ask('b'), [[2, 'PULL'], [3, 'PULL']]); // prettier-ignore
  assert.equal((await ask('b', 'T', 'BROADCASTING'))?.length, 4);
  assert.equal(await ask('a', 'Unknown'), undefined);

  const set = (topic: string, mode: RequestMode) => {
    const body = encodeRequestMode({ topic, consumerGroup: 'G', mode, popShareQueueNum: 2 });
    return wire.client.request(cluster.broker, 'SET_MESSAGE_REQUEST_MODE', {}, { body });
  };
  const file = join(folder, 'store', 'config', 'messageRequestMode.json');
  assert.equal(existsSync(file), false);
  await set('T', 'PULL');
  assert.match(readFileSync(file, 'utf8'), /"mode":"PULL"/);
  const all = await wire.client.request(cluster.broker, 'GET_ALL_MESSAGE_REQUEST_MODE', {});
  const row = '{"consumerGroup":"G","mode":"PULL","popShareQueueNum":2,"topic":"T"}';
  assert.equal(all.body.toString(), `{"messageRequestModeMap":{"T":{"G":${row}}}}`);
  const code = (value: number) => (error: unknown) =>
    (error as { details: { responseCode: number } }).details.responseCode === value;
  await assert.rejects(set('Unknown', 'PULL'), code(ResponseCode.TOPIC_NOT_EXIST));
  await assert.rejects(set('%RETRY%G', 'PULL'), code(ResponseCode.NO_PERMISSION));
  await set('T', 'POP');
  assert.deepEqual(await ask('a'), [[-1, 'POP']]);
  assert.deepEqual(await ask('a', '%RETRY%G'), [[0, 'PULL']]);
});
