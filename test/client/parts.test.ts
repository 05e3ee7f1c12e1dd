// Small rules of the clients: shares of queues, unique ids, tags, attributes, settings, queues.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { formatAttributes, parseAttributes } from '../../src/client/admin/attributes.js';
import { formatSettings, parseSettings } from '../../src/client/admin/settings.js';
import { allocateAveragely } from '../../src/client/consumer/allocate.js';
import { Rates } from '../../src/client/consumer/rates.js';
import { subscriptionOf } from '../../src/client/consumer/subscriptions.js';
import { checkMessage, DEFAULT_LIMITS, outgoing } from '../../src/client/outgoing.js';
import { tagsOf } from '../../src/client/pull.js';
import { readableQueues, writableQueues } from '../../src/client/queues.js';
import { newClientId, uniqueId } from '../../src/client/unique-id.js';
import { SysFlag } from '../../src/protocol/flags.js';
import { FakeClock } from '../support/fake-clock.js';

test('queues are shared out whole, evenly, in runs', () => {
  const sizes = fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(sizes, ([queueCount, memberCount]) => {
      const queues = Array.from({ length: queueCount }, (_, i) => i);
      const members = Array.from({ length: memberCount }, (_, i) => `c${i}`);
      const shares = members.map((member) => allocateAveragely(queues, members, member));
      assert.deepEqual(shares.flat(), queues);
      const lengths = shares.map((share) => share.length);
      assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
    }),
  );
  assert.deepEqual(allocateAveragely([1, 2, 3], ['a'], 'stranger'), []);
  // RocketMQ's allocateMQ of 8 queues to 3 members gives 3, 3, 2.
  assert.deepEqual(allocateAveragely([0, 1, 2, 3, 4, 5, 6, 7], ['a', 'b', 'c'], 'b'), [3, 4, 5]);
});

test('unique ids have RocketMQ’s form and never repeat', () => {
  const clock = new FakeClock(new Date(2026, 10, 21, 8).getTime());
  const ids = Array.from({ length: 1000 }, () => uniqueId(clock));
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9A-F]{32}$|^[0-9A-F]{56}$/);
  // ms since the start of the month, behind address, process and a constant
  assert.equal(parseInt(ids[0]!.slice(-12, -4), 16), (20 * 24 + 8) * 3_600_000);
  assert.equal(parseInt(ids[0]!.slice(-20, -16), 16), parseInt(ids[1]!.slice(-20, -16), 16));
});

test('client ids differ, unless they are given a name', () => {
  assert.notEqual(newClientId(), newClientId());
  assert.match(newClientId('DEFAULT'), /@DEFAULT$/);
});

test('tags of a subscription', () => {
  assert.deepEqual(tagsOf('TagA || TagB'), ['TagA', 'TagB']);
  assert.deepEqual(tagsOf('*'), []);
  assert.deepEqual(tagsOf(''), []);
  const subscription = subscriptionOf('T', 'TagA||TagB', 'TAG', 5);
  assert.deepEqual(subscription.codeSet, [2598919, 2598920]);
  assert.equal(subscriptionOf('T', '', 'TAG', 5).subString, '*');
  assert.deepEqual(subscriptionOf('T', 'a > 1', 'SQL92', 5).tagsSet, []);
});

test('attributes', () => {
  const attributes = parseAttributes('+message.type=FIFO, -other');
  assert.deepEqual(attributes, { '+message.type': 'FIFO', '-other': '' });
  assert.equal(formatAttributes(attributes), '+message.type=FIFO,-other');
  for (const wrong of ['message.type=FIFO', 'other', '+a=1,+a=2', '+']) {
    assert.throws(() => parseAttributes(wrong), { code: 'USAGE' });
  }
});

test('settings as lines', () => {
  const settings = parseSettings('#comment\nbrokerName=a=b\nempty=\n\nnoise\n');
  assert.deepEqual(settings, { brokerName: 'a=b', empty: '' });
  assert.equal(formatSettings({ path: 'C:\\x', n: '1' }), 'path=C:\\\\x\nn=1\n');
});

test('large bodies travel compressed', () => {
  const body = Buffer.alloc(5000, 'z');
  const large = outgoing({ topic: 'T', body }, 'ID', DEFAULT_LIMITS);
  assert.equal(large.sysFlag, SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZLIB);
  assert.deepEqual(inflateSync(large.body), body);
  const small = outgoing({ topic: 'T', body: body.subarray(0, 4096) }, 'ID', DEFAULT_LIMITS);
  assert.equal(small.sysFlag, 0);
});

test('properties of a message', () => {
  const message = {
    topic: 'T',
    body: 'x',
    tags: 'TagA',
    keys: ['k1', 'k2'],
    delayLevel: 3,
    properties: { own: '1' },
  };
  assert.deepEqual(outgoing(message, 'ID', DEFAULT_LIMITS).properties, {
    own: '1',
    KEYS: 'k1 k2',
    UNIQ_KEY: 'ID',
    WAIT: 'true',
    TAGS: 'TagA',
    DELAY: '3',
  });
});

test('messages that a broker would refuse', () => {
  const limits = { ...DEFAULT_LIMITS, maxMessageBytes: 10 };
  const wrong: [string, string, RegExp][] = [
    ['', 'x', /no topic/],
    ['a b', 'x', /characters other than/],
    ['x'.repeat(128), 'x', /longer than 127/],
    ['SCHEDULE_TOPIC_XXXX', 'x', /own/],
    ['T', '', /empty/],
    ['T', 'x'.repeat(11), /11 bytes, more than 10/],
  ];
  for (const [topic, body, message] of wrong) {
    assert.throws(() => checkMessage({ topic, body }, limits), {
      code: 'MESSAGE_INVALID',
      message,
    });
  }
  checkMessage({ topic: '%RETRY%G_1|x', body: 'ok' }, limits);
});

test('queues of a route: written only where there is a master', () => {
  const queues = (brokerName: string, perm: number) => ({
    brokerName,
    readQueueNums: 2,
    writeQueueNums: 1,
    perm,
    topicSysFlag: 0,
  });
  const data = (brokerName: string, id: number) => ({
    cluster: 'C',
    brokerName,
    brokerAddrs: new Map([[id, `${brokerName}:1`]]),
    enableActingMaster: false,
  });
  const route = {
    brokerDatas: [data('b', 1), data('a', 0), data('c', 0)],
    queueDatas: [queues('b', 6), queues('c', 4), queues('a', 6)],
    filterServerTable: new Map(),
  };
  assert.deepEqual(writableQueues('T', route), [{ topic: 'T', brokerName: 'a', queueId: 0 }]);
  assert.equal(readableQueues('T', route).length, 6);
  const ordered = { ...route, orderTopicConf: 'a:2;b:1' };
  assert.deepEqual(
    writableQueues('T', ordered).map((queue) => `${queue.brokerName}${queue.queueId}`),
    ['a0', 'a1', 'b0'],
  );
});

test('rates are of the last whole minute', () => {
  const clock = new FakeClock();
  const rates = new Rates(() => clock.now());
  rates.consumed('T', 60, true, 10);
  rates.consumed('T', 6, false, 20);
  clock.advance(60_000);
  const status = rates.status('T');
  assert.equal(status.consumeOKTPS, 1);
  assert.equal(status.consumeFailedTPS, 0.1);
  assert.equal(status.consumeRT, 15);
  clock.advance(180_000);
  assert.equal(rates.status('T').consumeOKTPS, 0);
  assert.equal(rates.status('T').consumeFailedMsgs, 6);
});
