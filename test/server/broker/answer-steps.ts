// Requests about messages, in an order that makes sense: said to Apache RocketMQ 5.5.0 when
// test/golden/broker/answers.json was recorded, and to this broker by its test.

import { encodeBatch } from '../../../src/protocol/batch.js';
import { encodeHeartbeat, type HeartbeatData } from '../../../src/protocol/bodies/client.js';
import { formatProperties, hashCode, type Properties } from '../../../src/protocol/properties.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import { bornTimeOf } from './popping.js';

export type Header = Record<string, unknown>;
/** Headers of earlier answers, by the name of the step. */
export type State = Record<string, Answered>;

interface Answered {
  msgId: string;
  queueOffset: number;
  recallHandle: string;
}

export interface Step {
  what: string;
  name: RequestName;
  header: (state: State) => Header;
  body: Buffer | undefined;
}

export const STEPS: Step[] = [];
const step = stepsInto(STEPS);

/** Adds steps to a list. */
export function stepsInto(steps: Step[]) {
  return (
    what: string,
    name: RequestName,
    header: Header | ((state: State) => Header),
    options: { body?: Buffer } = {},
  ): void => {
    const of = typeof header === 'function' ? header : (): Header => header;
    steps.push({ what, name, header: of, body: options.body });
  };
}

export const send = (topic: string, props: Properties = {}, ch: Header = {}) => ({
  producerGroup: 'pg',
  topic,
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 1700000000000,
  flag: 0,
  properties: formatProperties(props),
  reconsumeTimes: 0,
  unitMode: false,
  batch: false,
  ...ch,
});
const B = { body: Buffer.from('hello') };
export const topic = (topic: string, q = 2, perm = 6, ch: Header = {}) => ({
  topic,
  defaultTopic: 'TBW102',
  readQueueNums: q,
  writeQueueNums: q,
  perm,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
  ...ch,
});
export const pull = (topic: string, ch: Header = {}) => ({
  consumerGroup: 'cg',
  topic,
  queueId: 0,
  queueOffset: 0,
  maxMsgNums: 32,
  sysFlag: 4,
  commitOffset: 0,
  suspendTimeoutMillis: 100,
  subscription: '*',
  subVersion: 0,
  expressionType: 'TAG',
  ...ch,
});
export const sub = (group: string, topic: string, s = '*', ch: Header = {}) => ({
  groupName: group,
  consumeType: 'CONSUME_PASSIVELY',
  messageModel: 'CLUSTERING',
  consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  unitMode: false,
  subscriptionDataSet: [
    {
      topic,
      subString: s,
      tagsSet: s === '*' ? [] : [s],
      codeSet: s === '*' ? [] : [hashCode(s)],
      subVersion: 5,
      expressionType: 'TAG',
      classFilterMode: false,
      ...ch,
    },
  ],
});
export const beat = (consumers: Header[], producers: string[] = []) => ({
  body: encodeHeartbeat({
    clientID: 'c@1',
    producerDataSet: producers.map((groupName) => ({ groupName })),
    consumerDataSet: consumers,
    heartbeatFingerprint: 0,
    withoutSub: false,
  } as unknown as HeartbeatData),
});
for (const [n, q, p] of [
  ['T1', 2, 6],
  ['RO', 2, 4],
  ['WO', 2, 2],
  ['None', 2, 0],
  ['Q0', 2, 6],
] as const)
  step('topic ' + n, 'UPDATE_AND_CREATE_TOPIC', topic(n, q, p));
step('send', 'SEND_MESSAGE_V2', send('T1', { TAGS: 'A', KEYS: 'k1' }), B);
step('send v1', 'SEND_MESSAGE', send('T1', { TAGS: 'B', UNIQ_KEY: 'U1' }), B);
step('send RO', 'SEND_MESSAGE_V2', send('RO'), B);
step('send None', 'SEND_MESSAGE_V2', send('None'), B);
step('send WO', 'SEND_MESSAGE_V2', send('WO'), B);
step('send q5', 'SEND_MESSAGE_V2', send('T1', {}, { queueId: 5 }), B);
step('send bad topic', 'SEND_MESSAGE_V2', send('a b'), B);
step('send ../', 'SEND_MESSAGE_V2', send('../x'), B);
step('send long', 'SEND_MESSAGE_V2', send('x'.repeat(128)), B);
step('send empty topic', 'SEND_MESSAGE_V2', send(''), B);
step('send big', 'SEND_MESSAGE_V2', send('T1'), { body: Buffer.alloc(4 * 1024 * 1024 + 1) });
step('send big props', 'SEND_MESSAGE_V2', send('T1', { x: 'y'.repeat(33000) }), B);
step('send empty body', 'SEND_MESSAGE_V2', send('T1'), {});
for (const s of [
  'SCHEDULE_TOPIC_XXXX',
  'RMQ_SYS_TRANS_HALF_TOPIC',
  'TBW102',
  'SELF_TEST_TOPIC',
  'rmq_sys_wheel_timer',
  'DefaultCluster',
  'broker-a',
  'OFFSET_MOVED_EVENT',
  'TRANS_CHECK_MAX_TIME_TOPIC',
  'RMQ_SYS_TRACE_TOPIC',
  'rmq_sys_REVIVE_LOG_DefaultCluster',
  'BenchmarkTest',
  '%RETRY%nogroup',
  '%DLQ%nogroup',
])
  step('send ' + s, 'SEND_MESSAGE_V2', send(s), B);
step('send auto', 'SEND_MESSAGE_V2', send('Auto1', {}, { queueId: 3 }), B);
step('send auto default T1', 'SEND_MESSAGE_V2', send('Auto2', {}, { defaultTopic: 'T1' }), B);
step('send auto nodefault', 'SEND_MESSAGE_V2', send('Auto3', {}, { defaultTopic: 'nope' }), B);
step(
  'send auto 100 queues',
  'SEND_MESSAGE_V2',
  send('Auto4', {}, { defaultTopicQueueNums: 100, queueId: 7 }),
  B,
);
step('send delay 99', 'SEND_MESSAGE_V2', send('T1', { DELAY: '99' }), B);
step('send delay x', 'SEND_MESSAGE_V2', send('T1', { DELAY: 'x' }), B);
step('send timer', 'SEND_MESSAGE_V2', send('T1', { TIMER_DELAY_SEC: '100' }), B);
step('send timer far', 'SEND_MESSAGE_V2', send('T1', { TIMER_DELAY_SEC: '1000000' }), B);
step('send timer bad', 'SEND_MESSAGE_V2', send('T1', { TIMER_DELAY_SEC: 'x' }), B);
step('send timer past', 'SEND_MESSAGE_V2', send('T1', { TIMER_DELIVER_MS: '5' }), B);
const one = (p = '') => ({ flag: 0, body: Buffer.from('b'), properties: p });
step('batch', 'SEND_BATCH_MESSAGE', send('T1', {}, { batch: true, queueId: 1 }), {
  body: encodeBatch([one(), one('TAGS\u0001A\u0002'), one()]),
});
step('batch retry', 'SEND_BATCH_MESSAGE', send('%RETRY%cg', {}, { batch: true }), {
  body: encodeBatch([one()]),
});
step('batch torn', 'SEND_BATCH_MESSAGE', send('T1', {}, { batch: true }), {
  body: encodeBatch([one()]).subarray(0, 15),
});
step('batch empty', 'SEND_BATCH_MESSAGE', send('T1', {}, { batch: true }), {});
step(
  'half',
  'SEND_MESSAGE_V2',
  send('T1', { TRAN_MSG: 'true', PGROUP: 'pg' }, { sysFlag: 4, queueId: 1 }),
  B,
);
const end =
  (v: number, ch: Header = {}) =>
  (s: State) => ({
    producerGroup: 'pg',
    tranStateTableOffset: s.half.queueOffset,
    commitLogOffset: Number('0x' + s.half.msgId.slice(16)),
    commitOrRollback: v,
    fromTransactionCheck: false,
    msgId: s.half.msgId,
    ...ch,
  });
step('end wrong group', 'END_TRANSACTION', end(8, { producerGroup: 'x' }));
step('end wrong offset', 'END_TRANSACTION', end(8, { tranStateTableOffset: 77 }));
step('end wrong log', 'END_TRANSACTION', end(8, { commitLogOffset: 999999999 }));
step('end commit', 'END_TRANSACTION', end(8));
step(
  'reply',
  'SEND_REPLY_MESSAGE_V2',
  send('DefaultCluster_REPLY_TOPIC', { REPLY_TO_CLIENT: 'zz', CORRELATION_ID: '1' }),
  B,
);
step('reply no client', 'SEND_REPLY_MESSAGE_V2', send('DefaultCluster_REPLY_TOPIC', {}), B);
step('pull', 'PULL_MESSAGE', pull('T1'));
step('pull tag', 'PULL_MESSAGE', pull('T1', { subscription: 'A' }));
step('pull tag none', 'PULL_MESSAGE', pull('T1', { subscription: 'Zz' }));
step('pull tags', 'PULL_MESSAGE', pull('T1', { subscription: 'A || B ||' }));
step('pull q1', 'PULL_MESSAGE', pull('T1', { queueId: 1 }));
step('pull empty sub', 'PULL_MESSAGE', pull('T1', { subscription: '' }));
step('pull no sub', 'PULL_MESSAGE', pull('T1', { subscription: undefined }));
step('pull ||', 'PULL_MESSAGE', pull('T1', { subscription: '||' }));
step(
  'pull sql',
  'PULL_MESSAGE',
  pull('T1', { expressionType: 'SQL92', subscription: "TAGS = 'A'" }),
);
step('pull sql bad', 'PULL_MESSAGE', pull('T1', { expressionType: 'SQL92', subscription: 'a >' }));
step('pull sql empty', 'PULL_MESSAGE', pull('T1', { expressionType: 'SQL92', subscription: '' }));
step('pull type', 'PULL_MESSAGE', pull('T1', { expressionType: 'FOO', subscription: 'x' }));
for (const [q, o] of [
  [0, 2],
  [0, 3],
  [0, 99],
  [0, -1],
  [0, -5],
  [1, 99],
])
  step(`pull q${q} o${o}`, 'PULL_MESSAGE', pull('T1', { queueId: q, queueOffset: o }));
step('pull empty 0', 'PULL_MESSAGE', pull('Q0'));
step('pull empty 5', 'PULL_MESSAGE', pull('Q0', { queueOffset: 5 }));
step('pull q9', 'PULL_MESSAGE', pull('T1', { queueId: 9 }));
step('pull q-1', 'PULL_MESSAGE', pull('T1', { queueId: -1 }));
step('pull WO', 'PULL_MESSAGE', pull('WO'));
step('pull RO', 'PULL_MESSAGE', pull('RO'));
step('pull nowhere', 'PULL_MESSAGE', pull('Nowhere'));
step('pull max0', 'PULL_MESSAGE', pull('T1', { maxMsgNums: 0 }));
step('pull max1', 'PULL_MESSAGE', pull('T1', { maxMsgNums: 1 }));
step('pull lite', 'LITE_PULL_MESSAGE', pull('T1', { sysFlag: 20 }));
step('pull bad group', 'PULL_MESSAGE', pull('T1', { consumerGroup: 'a b' }));
step('pull suspended', 'PULL_MESSAGE', pull('Q0', { sysFlag: 6, suspendTimeoutMillis: 300 }));
step('pull nobeat', 'PULL_MESSAGE', pull('T1', { sysFlag: 0, consumerGroup: 'hb' }));
step('beat', 'HEART_BEAT', {}, beat([sub('hb', 'T1', 'A')], ['pg']));
step('pull beat', 'PULL_MESSAGE', pull('T1', { sysFlag: 0, consumerGroup: 'hb', subVersion: 5 }));
step(
  'pull notlatest',
  'PULL_MESSAGE',
  pull('T1', { sysFlag: 0, consumerGroup: 'hb', subVersion: 6 }),
);
step('pull notsub', 'PULL_MESSAGE', pull('Q0', { sysFlag: 0, consumerGroup: 'hb' }));
step('beat sql', 'HEART_BEAT', {}, beat([sub('hs', 'T1', 'a >', { expressionType: 'SQL92' })]));
step(
  'pull sqlbeat',
  'PULL_MESSAGE',
  pull('T1', { sysFlag: 0, consumerGroup: 'hs', subVersion: 5 }),
);
const off = (ch: Header = {}) => ({ consumerGroup: 'cg', topic: 'T1', queueId: 0, ...ch });
step('offset', 'QUERY_CONSUMER_OFFSET', off());
step('offset nozero', 'QUERY_CONSUMER_OFFSET', off({ setZeroIfNotFound: false }));
step('offset q9', 'QUERY_CONSUMER_OFFSET', off({ queueId: 9 }));
step('offset nowhere', 'QUERY_CONSUMER_OFFSET', off({ topic: 'Nowhere' }));
step('offset empty', 'QUERY_CONSUMER_OFFSET', off({ topic: 'Q0' }));
step('commit', 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: 2 }));
step('offset2', 'QUERY_CONSUMER_OFFSET', off());
step('commit nogroup', 'UPDATE_CONSUMER_OFFSET', off({ consumerGroup: 'nope', commitOffset: 2 }));
step('commit notopic', 'UPDATE_CONSUMER_OFFSET', off({ topic: 'Nowhere', commitOffset: 2 }));
step('commit neg', 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: -3 }));
step('offset neg', 'QUERY_CONSUMER_OFFSET', off());
step('commit far', 'UPDATE_CONSUMER_OFFSET', off({ queueId: 77, commitOffset: 5 }));
step('commit 2', 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: 2 }));
for (const [n, q] of [
  ['T1', 0],
  ['T1', 9],
  ['Nowhere', 0],
  ['Q0', 0],
] as const) {
  step(`max ${n}${q}`, 'GET_MAX_OFFSET', { topic: n, queueId: q });
  step(`min ${n}${q}`, 'GET_MIN_OFFSET', { topic: n, queueId: q });
  for (const ts of [0, 1, 1e12, 4e12, -1])
    for (const b of [undefined, 'LOWER', 'upper', 'x'])
      step(`search ${n}${q} ${ts} ${b}`, 'SEARCH_OFFSET_BY_TIMESTAMP', {
        topic: n,
        queueId: q,
        timestamp: ts,
        boundaryType: b,
      });
  step(`early ${n}${q}`, 'GET_EARLIEST_MSG_STORETIME', { topic: n, queueId: q });
}
step('view', 'VIEW_MESSAGE_BY_ID', (s: State) => ({
  offset: Number('0x' + s.send.msgId.slice(16)),
}));
step('view bad', 'VIEW_MESSAGE_BY_ID', { offset: 7 });
step('view far', 'VIEW_MESSAGE_BY_ID', { offset: 999999999 });
step('view neg', 'VIEW_MESSAGE_BY_ID', { offset: -1 });
const qm = (ch: Header = {}) => ({
  topic: 'T1',
  key: 'k1',
  maxNum: 10,
  beginTimestamp: 0,
  endTimestamp: 4e12,
  ...ch,
});
step('query', 'QUERY_MESSAGE', qm());
step('query none', 'QUERY_MESSAGE', qm({ key: 'zz' }));
step('query uniq', 'QUERY_MESSAGE', qm({ key: 'U1' }));
step('query tag', 'QUERY_MESSAGE', qm({ key: 'A', indexType: 'T' }));
step('query max0', 'QUERY_MESSAGE', qm({ maxNum: 0 }));
const back =
  (ch: Header = {}) =>
  (s: State) => ({
    originTopic: 'T1',
    offset: Number('0x' + s.send.msgId.slice(16)),
    group: 'cg',
    delayLevel: 1,
    maxReconsumeTimes: 16,
    ...ch,
  });
step('back', 'CONSUMER_SEND_MSG_BACK', back());
step('back bad offset', 'CONSUMER_SEND_MSG_BACK', back({ offset: 5 }));
step('back dlq', 'CONSUMER_SEND_MSG_BACK', back({ delayLevel: -1 }));
step('back max0', 'CONSUMER_SEND_MSG_BACK', back({ maxReconsumeTimes: 0 }));
step('dlq', 'PULL_MESSAGE', pull('%DLQ%cg'));
step('back badgroup', 'CONSUMER_SEND_MSG_BACK', back({ group: 'a b' }));
step('reset', 'INVOKE_BROKER_TO_RESET_OFFSET', {
  topic: 'T1',
  group: 'cg',
  timestamp: -1,
  isForce: true,
  queueId: -1,
});
step('reset 1', 'INVOKE_BROKER_TO_RESET_OFFSET', {
  topic: 'T1',
  group: 'cg',
  timestamp: -1,
  isForce: true,
  queueId: 0,
  offset: 1,
});
step('reset far', 'INVOKE_BROKER_TO_RESET_OFFSET', {
  topic: 'T1',
  group: 'cg',
  timestamp: -1,
  isForce: true,
  queueId: 0,
  offset: 100,
});
step('reset nogroup', 'INVOKE_BROKER_TO_RESET_OFFSET', {
  topic: 'T1',
  group: 'nope',
  timestamp: -1,
  isForce: true,
  queueId: -1,
});
step('reset notopic', 'INVOKE_BROKER_TO_RESET_OFFSET', {
  topic: 'Nowhere',
  group: 'cg',
  timestamp: -1,
  isForce: true,
});
step('commit after reset', 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: 0 }));
step('pull after reset', 'PULL_MESSAGE', pull('T1', { queueOffset: 2 }));
step('offset after', 'QUERY_CONSUMER_OFFSET', off());
step('clone', 'CLONE_GROUP_OFFSET', {
  srcGroup: 'cg',
  destGroup: 'cg2',
  topic: 'T1',
  offline: true,
});
step('offset cg2', 'QUERY_CONSUMER_OFFSET', off({ consumerGroup: 'cg2' }));
step('correction', 'QUERY_CORRECTION_OFFSET', { topic: 'T1', compareGroup: 'cg' });
step('cq', 'QUERY_CONSUME_QUEUE', { topic: 'T1', queueId: 0, index: 0, count: 5 });
step('cq none', 'QUERY_CONSUME_QUEUE', { topic: 'T1', queueId: 9, index: 0, count: 5 });
step('cq far', 'QUERY_CONSUME_QUEUE', { topic: 'T1', queueId: 0, index: 50, count: 5 });
step('cq group', 'QUERY_CONSUME_QUEUE', {
  topic: 'T1',
  queueId: 0,
  index: 0,
  count: 1,
  consumerGroup: 'hb',
});
step('cq nogroup', 'QUERY_CONSUME_QUEUE', {
  topic: 'T1',
  queueId: 0,
  index: 0,
  count: 1,
  consumerGroup: 'zz',
});
export const pop = (topic: string, ch: Header = {}) => ({
  consumerGroup: 'pp',
  topic,
  queueId: -1,
  maxMsgNums: 8,
  invisibleTime: 60000,
  pollTime: 0,
  bornTime: bornTimeOf(),
  initMode: 0,
  expType: 'TAG',
  exp: '*',
  order: false,
  ...ch,
});
step('pop q', 'POP_MESSAGE', () => pop('T1', { queueId: 0 }));
step('pop none', 'POP_MESSAGE', () => pop('Q0', { queueId: 0 }));
step('pop 33', 'POP_MESSAGE', () => pop('T1', { maxMsgNums: 33 }));
step('pop nowhere', 'POP_MESSAGE', () => pop('Nowhere'));
step('pop WO', 'POP_MESSAGE', () => pop('WO'));
step('pop q9', 'POP_MESSAGE', () => pop('T1', { queueId: 9 }));
step('pop badexp', 'POP_MESSAGE', () => pop('T1', { expType: 'SQL92', exp: 'a >' }));
step('pop late', 'POP_MESSAGE', () => pop('T1', { bornTime: 1000 }));
step('ack bad q', 'ACK_MESSAGE', {
  consumerGroup: 'pp',
  topic: 'T1',
  queueId: 9,
  extraInfo: '0 1 1 0 0 broker-a 0 0',
  offset: 0,
});
step('ack bad off', 'ACK_MESSAGE', {
  consumerGroup: 'pp',
  topic: 'T1',
  queueId: 0,
  extraInfo: '0 1 1 0 0 broker-a 0 0',
  offset: 99,
});
step('ack', 'ACK_MESSAGE', {
  consumerGroup: 'pp',
  topic: 'T1',
  queueId: 0,
  extraInfo: '0 1 1 0 0 broker-a 0 0',
  offset: 0,
});
step('ack notopic', 'ACK_MESSAGE', {
  consumerGroup: 'pp',
  topic: 'Nowhere',
  queueId: 0,
  extraInfo: '0 1 1 0 0 broker-a 0 0',
  offset: 0,
});
step('change bad', 'CHANGE_MESSAGE_INVISIBLETIME', {
  consumerGroup: 'pp',
  topic: 'T1',
  queueId: 0,
  extraInfo: '0 1 1 0 0 broker-a 0 0',
  offset: 99,
  invisibleTime: 1000,
});
step('batch ack empty', 'BATCH_ACK_MESSAGE', {}, { body: Buffer.from('{"acks":[]}') });
step('pop order', 'POP_MESSAGE', () => pop('T1', { queueId: 1, order: true, consumerGroup: 'po' }));
step('pop order 2', 'POP_MESSAGE', () =>
  pop('T1', { queueId: 1, order: true, consumerGroup: 'po' }),
);
step('peek', 'PEEK_MESSAGE', { consumerGroup: 'pk', topic: 'T1', queueId: 0, maxMsgNums: 4 });
step('peek none', 'PEEK_MESSAGE', { consumerGroup: 'pk', topic: 'Q0', queueId: 0, maxMsgNums: 4 });
step('polling info', 'POLLING_INFO', { consumerGroup: 'pk', topic: 'Q0', queueId: 0 });
step('notification', 'NOTIFICATION', {
  consumerGroup: 'pn',
  topic: 'T1',
  queueId: 0,
  pollTime: 0,
  bornTime: Date.now(),
});
step('notification none', 'NOTIFICATION', {
  consumerGroup: 'pn',
  topic: 'Q0',
  queueId: 0,
  pollTime: 0,
  bornTime: Date.now(),
});
step('recall bad', 'RECALL_MESSAGE', { producerGroup: 'p', topic: 'T1', recallHandle: 'x' });
step('recall', 'RECALL_MESSAGE', (s: State) => ({
  producerGroup: 'p',
  topic: 'T1',
  recallHandle: s['send timer'].recallHandle,
}));
step('recall other', 'RECALL_MESSAGE', (s: State) => ({
  producerGroup: 'p',
  topic: 'Q0',
  recallHandle: s['send timer'].recallHandle,
}));
step('recall notopic', 'RECALL_MESSAGE', {
  producerGroup: 'p',
  topic: 'Nowhere',
  recallHandle: 'x',
});
step('resume bad', 'RESUME_CHECK_HALF_MESSAGE', { topic: 'T1', msgId: 'x' });
