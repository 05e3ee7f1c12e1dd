// Requests about kinds of messages, offsets, clients, statistics and faults, said to Apache RocketMQ
// 5.5.0 when test/golden/broker/kinds.json was recorded, and to this broker by its test.

import { encodeBatch } from '../../../src/protocol/batch.js';
import { formatProperties } from '../../../src/protocol/properties.js';
import {
  beat,
  type Header,
  pop,
  pull,
  send,
  type State,
  type Step,
  stepsInto,
  sub,
  topic,
} from './answer-steps.js';
import { group, NAME_STEPS, reset } from './name-steps.js';

export const KIND_STEPS: Step[] = [...NAME_STEPS];
const step = stepsInto(KIND_STEPS);

const text = (body: string): { body: Buffer } => ({ body: Buffer.from(body) });
const json = (value: unknown): { body: Buffer } => text(JSON.stringify(value));
const B = text('hello');

// kinds in a batch
const one = (body: string, properties: Record<string, string> = {}) => ({
  flag: 3,
  body: Buffer.from(body),
  properties: formatProperties(properties),
});
step('topic Batches', 'UPDATE_AND_CREATE_TOPIC', topic('Batches', 2));
for (const [what, properties] of [
  ['delay', { DELAY: '1' }],
  ['timer', { TIMER_DELAY_SEC: '10' }],
  ['transaction', { TRAN_MSG: 'true', PGROUP: 'p' }],
  ['wait', { WAIT: 'false' }],
  ['keys', { KEYS: 'a b', TAGS: 'T', UNIQ_KEY: 'U' }],
] as const)
  step(`batch of ${what}`, 'SEND_BATCH_MESSAGE', send('Batches', {}, { batch: true }), {
    body: encodeBatch([one('1', properties), one('2')]),
  });
step(
  'batch half',
  'SEND_BATCH_MESSAGE',
  send('Batches', { TRAN_MSG: 'true' }, { batch: true, sysFlag: 4 }),
  { body: encodeBatch([one('half')]) },
);
step('batch delayed', 'SEND_BATCH_MESSAGE', send('Batches', { DELAY: '1' }, { batch: true }), {
  body: encodeBatch([one('late')]),
});
step('batch by send', 'SEND_MESSAGE_V2', send('Batches', {}, { batch: true }), {
  body: encodeBatch([one('by send'), one('2')]),
});
step('batch without flag', 'SEND_BATCH_MESSAGE', send('Batches'), {
  body: encodeBatch([one('no flag')]),
});
step('batch any queue', 'SEND_BATCH_MESSAGE', send('Batches', {}, { batch: true, queueId: 1 }), {
  body: encodeBatch([one('q')]),
});
step('batch with dead letter', 'SEND_BATCH_MESSAGE', send('%DLQ%hbg', {}, { batch: true }), {
  body: encodeBatch([one('d')]),
});
step('pull batches', 'PULL_MESSAGE', pull('Batches'));

// flags of bodies and hosts
step('topic Flags', 'UPDATE_AND_CREATE_TOPIC', topic('Flags', 1));
for (const sysFlag of [0, 1, 0x101, 0x201, 0x301, 2, 8, 0x40])
  step(
    `send with flags ${sysFlag}`,
    'SEND_MESSAGE_V2',
    send('Flags', { F: String(sysFlag) }, { sysFlag }),
    B,
  );
step('pull flags', 'PULL_MESSAGE', pull('Flags'));

// permissions
for (const perm of [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, -1]) {
  step(`topic with perm ${perm}`, 'UPDATE_AND_CREATE_TOPIC', topic(`Perm${perm}`, 1, perm));
  step(`send to perm ${perm}`, 'SEND_MESSAGE_V2', send(`Perm${perm}`), B);
  step(`pull from perm ${perm}`, 'PULL_MESSAGE', pull(`Perm${perm}`));
  step(`pop from perm ${perm}`, 'POP_MESSAGE', pop(`Perm${perm}`, { queueId: 0, bornTime: 4e12 }));
}
step('ordered topic', 'UPDATE_AND_CREATE_TOPIC', topic('Ordered', 1, 6, { order: true }));
for (const brokerPermission of [4, 2, 6]) {
  step(
    `broker of ${brokerPermission}`,
    'UPDATE_BROKER_CONFIG',
    {},
    text(`brokerPermission=${brokerPermission}`),
  );
  for (const name of ['Good', 'Ordered', `AutoP${brokerPermission}`])
    step(`send ${name} to broker of ${brokerPermission}`, 'SEND_MESSAGE_V2', send(name), B);
  step(`pull from broker of ${brokerPermission}`, 'PULL_MESSAGE', pull('Good', { maxMsgNums: 1 }));
  step(
    `pop from broker of ${brokerPermission}`,
    'POP_MESSAGE',
    pop('Good', { queueId: 1, bornTime: 4e12 }),
  );
  step(`back at broker of ${brokerPermission}`, 'CONSUMER_SEND_MSG_BACK', {
    offset: 0,
    group: 'hbg',
    delayLevel: 1,
  });
}

// queues
for (const [read, write] of [
  [0, 0],
  [1, 0],
  [0, 1],
  [4, 2],
  [2, 4],
] as const) {
  const what = `${read} ${write}`;
  step(
    `queues ${what}`,
    'UPDATE_AND_CREATE_TOPIC',
    topic('Queues', 1, 6, { readQueueNums: read, writeQueueNums: write }),
  );
  for (const queueId of [-1, 0, 1, 2, 3, 4]) {
    if (queueId >= 0)
      step(`send q${queueId} of ${what}`, 'SEND_MESSAGE_V2', send('Queues', {}, { queueId }), B);
    step(`pull q${queueId} of ${what}`, 'PULL_MESSAGE', pull('Queues', { queueId }));
  }
  step(`stats of ${what}`, 'GET_TOPIC_STATS_INFO', { topic: 'Queues' });
}

// attributes
for (const [what, attributes] of [
  ['fifo', '+message.type=FIFO'],
  ['same', '+message.type=FIFO'],
  ['delay', '+message.type=DELAY'],
  ['unknown type', '+message.type=WHAT'],
  ['unknown', '+no.such=1'],
  ['bare', 'message.type=NORMAL'],
  ['removed', '-message.type'],
  ['removed again', '-message.type'],
  ['mixed', '+message.type=MIXED'],
  ['two', '+message.type=NORMAL,+queue.type=BatchCQ'],
  ['immutable', '+queue.type=SimpleCQ'],
  ['twice', '+message.type=FIFO,-message.type'],
  ['empty', ''],
  ['nonsense', '+'],
] as const) {
  step(`attributes ${what}`, 'UPDATE_AND_CREATE_TOPIC', topic('Attributes', 1, 6, { attributes }));
  step(`attributes ${what} now`, 'GET_TOPIC_CONFIG', { topic: 'Attributes' });
}
step('send to type', 'SEND_MESSAGE_V2', send('Attributes', { DELAY: '1' }), B);

// unit mode
step('unit topic', 'SEND_MESSAGE_V2', send('UnitMade', {}, { unitMode: true }), B);
step('unit topic config', 'GET_TOPIC_CONFIG', { topic: 'UnitMade' });
step('unit beat', 'HEART_BEAT', {}, beat([{ ...sub('unitGroup', 'UnitMade'), unitMode: true }]));
step('unit retry', 'GET_TOPIC_CONFIG', { topic: '%RETRY%unitGroup' });
step('unit beat off', 'HEART_BEAT', {}, beat([sub('unitGroup', 'UnitMade')]));
step('unit retry later', 'GET_TOPIC_CONFIG', { topic: '%RETRY%unitGroup' });
step('unit flag', 'UPDATE_AND_CREATE_TOPIC', topic('UnitMade', 1, 6, { topicSysFlag: 3 }));
step('unit topic now', 'GET_TOPIC_CONFIG', { topic: 'UnitMade' });

// namespaces
step('ns topic', 'UPDATE_AND_CREATE_TOPIC', topic('ns%Topic', 1));
step('ns send', 'SEND_MESSAGE_V2', send('ns%Topic'), B);
step('ns beat', 'HEART_BEAT', {}, beat([sub('ns%Group', 'ns%Topic')]));
step('ns retry', 'GET_TOPIC_CONFIG', { topic: '%RETRY%ns%Group' });
step('ns pull', 'PULL_MESSAGE', pull('ns%Topic', { consumerGroup: 'ns%Group' }));
step('ns header', 'PULL_MESSAGE', pull('Topic', { consumerGroup: 'Group', ns: 'ns', nsd: true }));

// offsets
const off = (ch: Header = {}) => ({ consumerGroup: 'off', topic: 'Off', queueId: 0, ...ch });
step('topic Off', 'UPDATE_AND_CREATE_TOPIC', topic('Off', 2));
for (let i = 0; i < 5; i++) step(`off ${i}`, 'SEND_MESSAGE_V2', send('Off', { KEYS: `k${i}` }), B);
step('off group', 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, json(group('off')));
step('off none', 'QUERY_CONSUMER_OFFSET', off());
step('off none in q1', 'QUERY_CONSUMER_OFFSET', off({ queueId: 1 }));
step('off none, not zero', 'QUERY_CONSUMER_OFFSET', off({ setZeroIfNotFound: false }));
step(
  'off by pull',
  'PULL_MESSAGE',
  pull('Off', { consumerGroup: 'off', sysFlag: 5, commitOffset: 3 }),
);
step('off pulled', 'QUERY_CONSUMER_OFFSET', off());
step(
  'off pulled lower',
  'PULL_MESSAGE',
  pull('Off', { consumerGroup: 'off', sysFlag: 5, commitOffset: 1 }),
);
step('off lower', 'QUERY_CONSUMER_OFFSET', off());
step(
  'off without flag',
  'PULL_MESSAGE',
  pull('Off', { consumerGroup: 'off', sysFlag: 4, commitOffset: 5 }),
);
step('off same', 'QUERY_CONSUMER_OFFSET', off());
step('off stats', 'GET_CONSUME_STATS', { consumerGroup: 'off' });
step('off stats of topic', 'GET_CONSUME_STATS', { consumerGroup: 'off', topic: 'Off' });
step('off stats of other', 'GET_CONSUME_STATS', { consumerGroup: 'off', topic: 'Good' });
step('off stats of list', 'GET_CONSUME_STATS', {
  consumerGroup: 'off',
  topic: '',
  topicList: 'Off;Good;Nowhere',
});
step('off stats of none', 'GET_CONSUME_STATS', { consumerGroup: 'nobody' });
step('off stats of retry', 'GET_CONSUME_STATS', { consumerGroup: 'hbg', topic: '%RETRY%hbg' });
step('off clone', 'CLONE_GROUP_OFFSET', {
  srcGroup: 'off',
  destGroup: 'clone',
  topic: 'Off',
  offline: true,
});
step('off cloned', 'QUERY_CONSUMER_OFFSET', off({ consumerGroup: 'clone' }));
step('off cloned q1', 'QUERY_CONSUMER_OFFSET', off({ consumerGroup: 'clone', queueId: 1 }));
step('off clone all', 'CLONE_GROUP_OFFSET', {
  srcGroup: 'off',
  destGroup: 'clone2',
  topic: '',
  offline: false,
});
step('off cloned all', 'QUERY_CONSUMER_OFFSET', off({ consumerGroup: 'clone2' }));
step('off clone of none', 'CLONE_GROUP_OFFSET', {
  srcGroup: 'nobody',
  destGroup: 'clone3',
  topic: 'Off',
  offline: false,
});
step('off clone without header', 'CLONE_GROUP_OFFSET', {});
for (const [what, ch] of Object.entries({
  'to 0': { timestamp: 0 },
  'to the end': { timestamp: -1 },
  'to 2038': { timestamp: 4e12 },
  'to number': { queueId: 0, offset: 2 },
  'to number of no queue': { offset: 2 },
  'of a queue': { queueId: 1 },
  'of no queue': { queueId: 9 },
  'to -1': { queueId: 0, offset: -1 },
  'to -2': { queueId: 0, offset: -2 },
  'to 6': { queueId: 0, offset: 6 },
  'to 7': { queueId: 0, offset: 7 },
  'not by force': { timestamp: 0, isForce: false },
})) {
  step(`reset ${what}`, 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Off', 'off', ch));
  step(`reset ${what} now`, 'QUERY_CONSUMER_OFFSET', off());
  step(`reset ${what} commit`, 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: 4 }));
  step(`reset ${what} pull`, 'PULL_MESSAGE', pull('Off', { consumerGroup: 'off', queueOffset: 4 }));
  step(`reset ${what} commits`, 'UPDATE_CONSUMER_OFFSET', off({ commitOffset: 4 }));
  step(`reset ${what} then`, 'QUERY_CONSUMER_OFFSET', off());
}
step('client side', 'UPDATE_BROKER_CONFIG', {}, text('useServerSideResetOffset=false'));
step('reset by nobody', 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Off', 'nobody'));
step('reset offline', 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Off', 'off'));
step('reset no topic', 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Nowhere', 'off'));
step('beat off', 'HEART_BEAT', {}, beat([sub('off', 'Off')]));
step('commit q1', 'UPDATE_CONSUMER_OFFSET', off({ queueId: 1, commitOffset: 0 }));
for (const [what, ch] of Object.entries({
  '0': { timestamp: 0 },
  end: { timestamp: -1 },
  far: { timestamp: 4e12 },
  '0 gently': { timestamp: 0, isForce: false },
  'end gently': { timestamp: -1, isForce: false },
})) {
  step(`reset clients to ${what}`, 'INVOKE_BROKER_TO_RESET_OFFSET', reset('Off', 'off', ch));
  step(`reset clients to ${what} now`, 'QUERY_CONSUMER_OFFSET', off());
}
step('server side', 'UPDATE_BROKER_CONFIG', {}, text('useServerSideResetOffset=true'));
step('correction 2', 'QUERY_CORRECTION_OFFSET', { topic: 'Off', compareGroup: 'off' });
step('time span', 'QUERY_CONSUME_TIME_SPAN', { topic: 'Off', group: 'off' });
step('time span nowhere', 'QUERY_CONSUME_TIME_SPAN', { topic: 'Nowhere', group: 'off' });

// clients
const ask = (consumerGroup: string, ch: Header = {}) => ({ consumerGroup, clientId: 'c@1', ...ch });
step('running of nobody', 'GET_CONSUMER_RUNNING_INFO', ask('nobody', { jstackEnable: true }));
step('running of none', 'GET_CONSUMER_RUNNING_INFO', ask('off', { clientId: 'x' }));
step('directly to nobody', 'CONSUME_MESSAGE_DIRECTLY', (s: State) =>
  ask('nobody', { msgId: s['off 1'].msgId, topic: 'Off' }),
);
step('directly of none', 'CONSUME_MESSAGE_DIRECTLY', ask('off', { msgId: 'x', topic: 'Off' }));
step(
  'directly of no message',
  'CONSUME_MESSAGE_DIRECTLY',
  ask('off', { msgId: '7F00000100002A9F0000000000FFFFFF', topic: 'Off' }),
);
step('status of nobody', 'INVOKE_BROKER_TO_GET_CONSUMER_STATUS', { topic: 'Off', group: 'nobody' });
step('consumers of nobody', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'nobody' });
step('consumers', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'off' });
step('connections', 'GET_CONSUMER_CONNECTION_LIST', { consumerGroup: 'off' });
step('connections of nobody', 'GET_CONSUMER_CONNECTION_LIST', { consumerGroup: 'nobody' });
step('producers', 'GET_PRODUCER_CONNECTION_LIST', { producerGroup: 'pg1' });
step('beat producer', 'HEART_BEAT', {}, beat([], ['pg1']));
step('producers now', 'GET_PRODUCER_CONNECTION_LIST', { producerGroup: 'pg1' });
step('subscription', 'QUERY_SUBSCRIPTION_BY_CONSUMER', { group: 'off', topic: 'Off' });
step('subscription of nobody', 'QUERY_SUBSCRIPTION_BY_CONSUMER', { group: 'nobody', topic: 'Off' });
step('topics of group', 'QUERY_TOPICS_BY_CONSUMER', { group: 'off' });
step('topics of nobody', 'QUERY_TOPICS_BY_CONSUMER', { group: 'nobody' });
step('who', 'QUERY_TOPIC_CONSUME_BY_WHO', { topic: 'Off' });
step('unregister other', 'UNREGISTER_CLIENT', {
  clientID: 'other',
  consumerGroup: 'off',
  producerGroup: 'pg1',
});
step('consumers after', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'off' });
step('unregister', 'UNREGISTER_CLIENT', {
  clientID: 'c@1',
  consumerGroup: 'off',
  producerGroup: 'pg1',
});
step('consumers gone', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'off' });
step('producers gone', 'GET_PRODUCER_CONNECTION_LIST', { producerGroup: 'pg1' });
step(
  'broadcast off',
  'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP',
  {},
  json(group('nobc', { consumeBroadcastEnable: false })),
);
step(
  'broadcast beat',
  'HEART_BEAT',
  {},
  beat([{ ...sub('nobc', 'Off'), messageModel: 'BROADCASTING' }]),
);
step(
  'broadcast pull',
  'PULL_MESSAGE',
  pull('Off', { consumerGroup: 'nobc', sysFlag: 0, subVersion: 5 }),
);
step(
  'disabled',
  'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP',
  {},
  json(group('disabled', { consumeEnable: false })),
);
step('disabled pull', 'PULL_MESSAGE', pull('Off', { consumerGroup: 'disabled' }));
step('disabled pop', 'POP_MESSAGE', pop('Off', { consumerGroup: 'disabled', bornTime: 4e12 }));
step('disabled query', 'QUERY_CONSUMER_OFFSET', off({ consumerGroup: 'disabled' }));
step('forbidden', 'UPDATE_AND_GET_GROUP_FORBIDDEN', {
  group: 'off',
  topic: 'Off',
  readable: false,
});
step('forbidden beat', 'HEART_BEAT', {}, beat([sub('off', 'Off')]));
step(
  'forbidden pull',
  'PULL_MESSAGE',
  pull('Off', { consumerGroup: 'off', sysFlag: 0, subVersion: 5 }),
);
step('allowed', 'UPDATE_AND_GET_GROUP_FORBIDDEN', { group: 'off', topic: 'Off', readable: true });

// cold data
step('cold none', 'GET_COLD_DATA_FLOW_CTR_INFO', {});
step('cold', 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, text('off=1000\nother=5'));
step('cold info', 'GET_COLD_DATA_FLOW_CTR_INFO', {});
step('cold bad', 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, text('off=x'));
step('cold negative', 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, text('off=-5'));
step('cold empty', 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, {});
step('cold remove', 'REMOVE_COLD_DATA_FLOW_CTR_CONFIG', {}, text('off'));
step('cold remove unknown', 'REMOVE_COLD_DATA_FLOW_CTR_CONFIG', {}, text('unknown'));
step('cold remove empty', 'REMOVE_COLD_DATA_FLOW_CTR_CONFIG', {}, {});
step('cold info later', 'GET_COLD_DATA_FLOW_CTR_INFO', {});
for (const readAheadMode of ['0', '1', '2', 'x', undefined])
  step(`read ahead ${readAheadMode}`, 'SET_COMMITLOG_READ_MODE', { readAheadMode });

// statistics that exist
step('stats of nothing', 'VIEW_BROKER_STATS_DATA', { statsName: 'NO_SUCH', statsKey: 'x' });
step('stats of no key', 'VIEW_BROKER_STATS_DATA', { statsName: 'TOPIC_PUT_NUMS', statsKey: 'x' });
step('order consume stats', 'GET_BROKER_CONSUME_STATS', { isOrder: true });
