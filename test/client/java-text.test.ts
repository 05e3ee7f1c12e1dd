// Texts of Java's toString, against lines that RocketMQ printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesText,
  hashMapOrder,
  hashMapText,
  messageExtText,
  propertiesText,
  sendResultText,
} from '../../src/client/java-text.js';
import type { ReceivedMessage } from '../../src/client/message.js';

test('properties come in the order of Java’s hash map', () => {
  // printMsg of RocketMQ 5.5.0; the record holds them in another order.
  const printed =
    '{num=7, MSG_REGION=DefaultRegion, UNIQ_KEY=FD0000000000000000000000000000024DAD4E0E2F2A675EBAEE0008, ' +
    'CLUSTER=DefaultCluster, MIN_OFFSET=0, TAGS=TagA, color=réd, KEYS=key-unicode key-second, ' +
    'WAIT=true, TRACE_ON=true, MAX_OFFSET=6}';
  const properties = {
    KEYS: 'key-unicode key-second',
    UNIQ_KEY: 'FD0000000000000000000000000000024DAD4E0E2F2A675EBAEE0008',
    WAIT: 'true',
    TAGS: 'TagA',
    color: 'réd',
    num: '7',
    CLUSTER: 'DefaultCluster',
    MSG_REGION: 'DefaultRegion',
    TRACE_ON: 'true',
    MIN_OFFSET: '0',
    MAX_OFFSET: '6',
  };
  assert.equal(propertiesText(properties), printed);
});

test('a hash map that is full doubles, keeping the order within a bucket', () => {
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  const order = hashMapOrder(keys);
  assert.deepEqual([...order].sort(), [...keys].sort());
  // "Aa" and "BB" have the same hash code: they share a bucket in any map.
  assert.deepEqual(hashMapOrder(['BB', 'Aa']), ['BB', 'Aa']);
  assert.deepEqual(hashMapOrder(['Aa', 'BB']), ['Aa', 'BB']);
  assert.equal(hashMapText({ '+message.type': 'NORMAL' }), '{+message.type=NORMAL}');
  assert.equal(hashMapText({}), '{}');
});

const message: ReceivedMessage = {
  topic: 'TopicOnlyB',
  body: Buffer.from('hello'),
  flag: 0,
  properties: {
    KEYS: 'sm-key',
    UNIQ_KEY: 'FD0000000000000000000000000000024FE34E0E2F2A6762B11E0018',
    WAIT: 'true',
    TAGS: 'SmTag',
    CLUSTER: 'DefaultCluster',
    MSG_REGION: 'DefaultRegion',
    TRACE_ON: 'true',
    MIN_OFFSET: '0',
    MAX_OFFSET: '7',
  },
  msgId: 'FD0000000000000000000000000000024FE34E0E2F2A6762B11E0018',
  offsetMsgId: '7F000001000051C300000000000028F9',
  brokerName: 'broker-b',
  queueId: 0,
  queueOffset: 3,
  storeSize: 267,
  sysFlag: 0,
  bornTimestamp: 1795225721118,
  bornHost: '127.0.0.1:59190',
  storeTimestamp: 1795225721124,
  storeHost: '127.0.0.1:20931',
  commitLogOffset: 10489,
  bodyCrc: 907060870,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
};

test('a message reads as MessageExt.toString', () => {
  const printed =
    'MessageExt [brokerName=broker-b, queueId=0, storeSize=267, queueOffset=3, sysFlag=0, ' +
    'bornTimestamp=1795225721118, bornHost=/127.0.0.1:59190, storeTimestamp=1795225721124, ' +
    'storeHost=/127.0.0.1:20931, msgId=7F000001000051C300000000000028F9, commitLogOffset=10489, ' +
    'bodyCRC=907060870, reconsumeTimes=0, preparedTransactionOffset=0, ' +
    "toString()=Message{topic='TopicOnlyB', flag=0, properties={MSG_REGION=DefaultRegion, " +
    'UNIQ_KEY=FD0000000000000000000000000000024FE34E0E2F2A6762B11E0018, CLUSTER=DefaultCluster, ' +
    'MIN_OFFSET=0, TAGS=SmTag, KEYS=sm-key, WAIT=true, TRACE_ON=true, MAX_OFFSET=7}, ' +
    "body=[104, 101, 108, 108, 111], transactionId='null'}]";
  assert.equal(messageExtText(message), printed);
});

test('bytes are signed, as in Java', () => {
  assert.equal(bytesText(Buffer.from([0, 127, 128, 255])), '[0, 127, -128, -1]');
});

test('a send result reads as SendResult.toString', () => {
  const queue = { topic: 'TopicTest', brokerName: 'broker-a', queueId: 1 };
  const ids = { msgId: 'FD01', offsetMsgId: '7F00' };
  assert.equal(
    sendResultText({ status: 'SEND_OK', ...ids, queue, queueOffset: 248 }),
    'SendResult [sendStatus=SEND_OK, msgId=FD01, offsetMsgId=7F00, messageQueue=MessageQueue ' +
      '[topic=TopicTest, brokerName=broker-a, queueId=1], queueOffset=248, recallHandle=null]',
  );
});
