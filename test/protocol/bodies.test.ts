// JSON bodies: recorded ones come back the same, foreign ones are refused with a code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { MqError } from '../../src/base/errors.js';
import * as broker from '../../src/protocol/bodies/broker.js';
import * as client from '../../src/protocol/bodies/client.js';
import * as group from '../../src/protocol/bodies/group.js';
import * as register from '../../src/protocol/bodies/register.js';
import * as route from '../../src/protocol/bodies/route.js';
import * as topic from '../../src/protocol/bodies/topic.js';
import { parseJson } from '../../src/protocol/fastjson.js';
import { golden } from '../support/golden.js';

interface RecordedBody {
  name: string;
  kind: 'request' | 'response';
  text: string;
}
const recorded = golden<RecordedBody[]>('protocol/bodies.json');
const recordedBody = (name: string): Buffer =>
  Buffer.from(recorded.find((body) => body.name === name)!.text);

/** Reads a body and writes it again. */
const AGAIN: Record<string, (body: Buffer) => Buffer> = {
  'GET_ROUTEINFO_BY_TOPIC response': (b) =>
    route.encodeTopicRoute(route.decodeTopicRoute(b), { quoteKeys: true }),
  'GET_BROKER_CLUSTER_INFO response': (b) => route.encodeClusterInfo(route.decodeClusterInfo(b)),
  'HEART_BEAT request': (b) => client.encodeHeartbeat(client.decodeHeartbeat(b)),
  'GET_CONSUMER_LIST_BY_GROUP response': (b) =>
    client.encodeConsumerList(client.decodeConsumerList(b)),
  'GET_BROKER_RUNTIME_INFO response': (b) => broker.encodeKvTable(broker.decodeKvTable(b)),
  'LOCK_BATCH_MQ request': (b) => group.encodeLockBatch(group.decodeLockBatch(b)),
  'LOCK_BATCH_MQ response': (b) => group.encodeLockedQueues(group.decodeLockedQueues(b)),
  'UNLOCK_BATCH_MQ request': (b) => group.encodeLockBatch(group.decodeLockBatch(b)),
  'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP request': (b) =>
    group.encodeGroupConfig(group.decodeGroupConfig(b)),
  'CHECK_CLIENT_CONFIG request': (b) =>
    client.encodeCheckClientConfig(client.decodeCheckClientConfig(b)),
};

test('recorded bodies come back with every field', () => {
  const seen = new Set<string>();
  for (const { name, kind, text } of recorded) {
    const again = AGAIN[`${name} ${kind}`];
    if (!again) continue;
    seen.add(`${name} ${kind}`);
    assert.deepEqual(parseJson(again(Buffer.from(text)).toString()), parseJson(text), name);
  }
  assert.deepEqual([...seen].sort(), Object.keys(AGAIN).sort());
});

test('a recorded registration keeps its topics, in both forms', () => {
  const body = register.decodeRegisterBody(recordedBody('REGISTER_BROKER'), false);
  const { topicConfigTable } = body.topicConfigSerializeWrapper;
  assert.ok(topicConfigTable.size > 5);
  assert.equal(topicConfigTable.get('TBW102')!.perm, 7);
  assert.deepEqual(register.decodeRegisterBody(register.encodeRegisterBody(body), false), body);
  const packed = register.encodeCompressedRegisterBody(body);
  // Java 5.5.0 forgets the flag: the first byte tells
  for (const flag of [true, false]) {
    assert.deepEqual(register.decodeRegisterBody(packed, flag), body);
  }
});

test('a compressed registration of brokers before 5.0 ends with its filter servers', () => {
  const sized = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const parts = [
    sized('{"counter":3,"timestamp":4}'),
    Buffer.from([0, 0, 0, 2]),
    sized('T 4 8 6 SINGLE_TAG '),
    sized('U 4 8 6 MULTI_TAG {"+message.type":"FIFO"}'),
    sized('["f:1"]'),
  ];
  const body = register.decodeRegisterBody(deflateSync(Buffer.concat(parts)), true);
  assert.deepEqual(body.filterServerList, ['f:1']);
  const { topicConfigTable, dataVersion } = body.topicConfigSerializeWrapper;
  assert.deepEqual(dataVersion, { counter: 3, stateVersion: 0, timestamp: 4 });
  assert.deepEqual([...topicConfigTable.values()], [
    topic.newTopicConfig('T', { readQueueNums: 4, writeQueueNums: 8 }),
    topic.newTopicConfig('U', {
      readQueueNums: 4,
      writeQueueNums: 8,
      topicFilterType: 'MULTI_TAG',
      attributes: { '+message.type': 'FIFO' },
    }),
  ]); // prettier-ignore
});

test('routes are bare or quoted, and read the same', () => {
  const data: route.TopicRoute = {
    orderTopicConf: 'b:4',
    brokerDatas: [
      {
        cluster: 'C',
        brokerName: 'b',
        brokerAddrs: new Map([
          [0, 'h:1'],
          [1, 'h:2'],
        ]),
        enableActingMaster: false,
        zoneName: 'z',
      },
    ],
    queueDatas: [
      { brokerName: 'b', readQueueNums: 1, writeQueueNums: 2, perm: 6, topicSysFlag: 0 },
    ],
    filterServerTable: new Map([['h:1', ['f:1']]]),
    topicQueueMappingByBroker: new Map([
      ['b', route.queueMappingInfoOf({ topic: 'T', bname: 'b', currIdMap: new Map([[0, 1]]) })],
    ]),
  };
  const bare = route.encodeTopicRoute(data);
  const quoted = route.encodeTopicRoute(data, { quoteKeys: true });
  assert.match(bare.toString(), /\{0:"h:1",1:"h:2"\}.+"currIdMap":\{0:1\}/);
  assert.doesNotThrow(() => void JSON.parse(quoted.toString()));
  for (const body of [bare, quoted]) assert.deepEqual(route.decodeTopicRoute(body), data);
});

const DECODERS: Record<string, (body: Buffer) => unknown> = Object.fromEntries(
  [broker, client, group, register, route, topic].flatMap(
    (area) =>
    Object.entries(area)
      .filter(([name]) => name.startsWith('decode'))
      .map(([name, decode]) => [name, (body: Buffer) => (decode as (b: Buffer, c: boolean) => unknown)(body, false)]), // prettier-ignore
  ),
);

function readsOrRefuses(name: string, body: Buffer): void {
  try {
    DECODERS[name]!(body);
  } catch (error) {
    assert.ok(error instanceof MqError, `${name}: ${String(error)} for ${body.toString()}`);
  }
}

test('any JSON, and any bytes, are read or refused with a code', () => {
  assert.ok(Object.keys(DECODERS).length > 30);
  const fieldNames = [...new Set(recorded.flatMap(({ text }) => text.match(/\w+(?=":)/g) ?? []))];
  const values = fc.json({ maxDepth: 3 });
  const objects = fc
    .dictionary(fc.constantFrom(...fieldNames), values, { maxKeys: 6 })
    .map((fields) => `{${Object.entries(fields).map(([k, v]) => `"${k}":${v}`).join()}}`); // prettier-ignore
  for (const name of Object.keys(DECODERS)) {
    fc.assert(fc.property(values, (text) => readsOrRefuses(name, Buffer.from(text))));
    fc.assert(fc.property(objects, (text) => readsOrRefuses(name, Buffer.from(text))));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => readsOrRefuses(name, Buffer.from(bytes))));
  }
});

test('a damaged compressed registration is refused', () => {
  const whole = register.encodeCompressedRegisterBody(
    register.decodeRegisterBody(recordedBody('REGISTER_BROKER'), false),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      for (const damaged of [bytes, whole.subarray(0, at)]) {
        try {
          register.decodeRegisterBody(damaged, true);
        } catch (error) {
          assert.ok(error instanceof MqError, String(error));
        }
      }
    }),
    { numRuns: 300 },
  );
});
