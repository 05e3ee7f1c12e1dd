// Whatever a peer sends, the name server answers, and goes on serving.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeRegisterBody } from '../../../src/protocol/bodies/register.js';
import { decodeTopicRoute } from '../../../src/protocol/bodies/route.js';
import { newTopicConfig } from '../../../src/protocol/bodies/topic.js';
import type { ExtFields } from '../../../src/protocol/fields.js';
import { requestCodec, REQUESTS, type RequestName } from '../../../src/protocol/requests/index.js';
import { routeRequests } from '../../../src/protocol/requests/route.js';
import { startNamesrv } from '../../support/namesrv.js';
import { RawPeer } from '../../support/raw-peer.js';
import { endingWith, tempFolder } from '../../support/temp.js';

const NAMES = [
  ...Object.keys(routeRequests),
  'GET_BROKER_MEMBER_GROUP',
  'BROKER_HEARTBEAT',
  'SEND_MESSAGE_V2',
] as RequestName[];
const word = fc.oneof(
  fc.constantFrom('T', 'b', 'b:1', 'C', '0', '1', '-1', 'true', 'ns', '__proto__', ''),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const topics = { T: newTopicConfig('T'), U: newTopicConfig('U') };
const registration = encodeRegisterBody({
  topicConfigSerializeWrapper: {
    topicConfigTable: new Map(Object.entries(topics)),
    dataVersion: { stateVersion: 0, timestamp: 1, counter: 1 },
    topicQueueMappingInfoMap: new Map(),
  },
  filterServerList: [],
});
const body = fc.oneof(
  fc.constant(registration),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(fc.nat(registration.length - 1), word)
    .map(([at, text]) => Buffer.concat([registration.subarray(0, at), Buffer.from(text)])),
);
const request = fc
  .tuple(fc.constantFrom(...NAMES), body, fc.integer({ min: 0, max: 600 }))
  .chain(([name, bytes, version]) =>
    fc
      .record(Object.fromEntries(requestCodec(name).fields.map(({ wire }) => [wire, word])), {
        requiredKeys: [],
        noNullPrototype: true,
      })
      .map((ext) => ({ code: REQUESTS[name].code, ext: ext as ExtFields, body: bytes, version })),
  );

test('any request is answered, and a broker registers after it', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const peer = await RawPeer.connect(address);
  ending.after(() => peer.close());
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
      for (const each of requests) {
        // these would change how the rest is answered
        if (each.code === REQUESTS.UPDATE_NAMESRV_CONFIG.code) continue;
        assert.equal(typeof (await peer.request(each)).code, 'number');
      }
    }),
    { numRuns: 200 },
  );
  const ext = {
    brokerName: 'fine',
    brokerAddr: 'fine:1',
    clusterName: 'Fine',
    haServerAddr: 'fine:2',
    brokerId: '0',
  };
  const version = 513;
  const { code } = REQUESTS.REGISTER_BROKER;
  assert.equal((await peer.request({ code, ext, body: registration, version })).code, 0);
  const lookup = { code: REQUESTS.GET_ROUTEINFO_BY_TOPIC.code, ext: { topic: 'T' }, version };
  const route = decodeTopicRoute((await peer.request(lookup)).body);
  assert.ok(route.brokerDatas.some(({ brokerName }) => brokerName === 'fine'));
});
