// Who asks for what of a broker that checks accounts and permissions: said to Apache RocketMQ 5.5.0
// when test/golden/broker/access.json was recorded, and to this broker by its test.

import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { type AclEntry, encodeAcl, encodeUser } from '../../../src/protocol/bodies/auth.js';
import { encodeHeartbeat } from '../../../src/protocol/bodies/client.js';
import { encodeBody } from '../../../src/protocol/bodies/json.js';
import { formatProperties } from '../../../src/protocol/properties.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import { responseName } from '../../../src/protocol/responses.js';
import { signWith } from '../../../src/protocol/sign.js';
import { createClient, type RemotingClient } from '../../../src/remoting/client.js';
import { ANY } from './running-broker.js';

/** Settings of the broker under test (authentication and authorization, with a first user). */
const AUTH = 'org.apache.rocketmq.auth';
export const ACCESS_SETTINGS = {
  authenticationEnabled: true,
  authenticationProvider: `${AUTH}.authentication.provider.DefaultAuthenticationProvider`,
  authenticationMetadataProvider: `${AUTH}.authentication.provider.LocalAuthenticationMetadataProvider`,
  initAuthenticationUser: '{"username":"admin","password":"admin-secret"}',
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"inner-secret"}',
  authorizationEnabled: true,
  authorizationMetadataProvider: `${AUTH}.authorization.provider.LocalAuthorizationMetadataProvider`,
  authorizationWhitelist: '105, 25',
} as const;

export const SECRETS: Readonly<Record<string, string>> = {
  admin: 'admin-secret',
  inner: 'inner-secret',
  pub: 'pub-secret',
  sub: 'sub-secret',
  off: 'off-secret',
  liar: 'not-the-secret',
};

interface Step {
  who: string;
  name: RequestName;
  header: Record<string, unknown>;
  body?: Buffer;
}

export interface Decided {
  what: string;
  code: string;
  remark: string;
}

const topic = (name: string) => ({
  topic: name,
  defaultTopic: 'TBW102',
  readQueueNums: 2,
  writeQueueNums: 2,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
});
const send = (name: string) => ({
  producerGroup: 'pg',
  topic: name,
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 2,
  queueId: 0,
  sysFlag: 0,
  bornTimestamp: 1700000000000,
  flag: 0,
  properties: formatProperties({ UNIQ_KEY: 'k' }),
});
const pull = (consumerGroup: string, name: string) => ({
  consumerGroup,
  topic: name,
  queueId: 0,
  queueOffset: 0,
  maxMsgNums: 1,
  sysFlag: 4,
  commitOffset: 0,
  suspendTimeoutMillis: 0,
  subscription: '*',
  subVersion: 0,
  expressionType: 'TAG',
});
const user = (username: string, userType = 'Normal') => ({
  header: { username },
  body: encodeUser({ username, password: `${username}-secret`, userType }),
});
const entry = (resource: string, actions: string[], decision = 'Allow', ips: string[] = []) => ({
  ...{ resource, actions, decision, sourceIps: ips },
});
const acl = (username: string, entries: AclEntry[], policyType = 'Custom') => ({
  header: { subject: `User:${username}` },
  body: encodeAcl({ subject: `User:${username}`, policies: [{ policyType, entries }] }),
});
const heartbeat = (group: string, name: string): Buffer =>
  encodeHeartbeat({
    clientID: 'c1',
    producerDataSet: [],
    consumerDataSet: [
      {
        groupName: group,
        consumeType: 'CONSUME_PASSIVELY',
        messageModel: 'CLUSTERING',
        consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
        subscriptionDataSet: [{ topic: name, subString: '*' }],
        unitMode: false,
      },
    ],
  } as never);
const locking = (consumerGroup: string, name: string): Buffer =>
  encodeBody({
    consumerGroup,
    clientId: 'c1',
    mqSet: [{ topic: name, brokerName: 'broker-a', queueId: 0 }],
  });

const by = (who: string, name: RequestName, header: object = {}, body?: Buffer): Step => ({
  ...{ who, name, header: header as Record<string, unknown> },
  ...(body && { body }),
});
const byBoth = (
  who: string,
  name: RequestName,
  { header, body }: { header: object; body: Buffer },
) => by(who, name, header, body);

const HELLO = Buffer.from('hello');
const OFFSET = { consumerGroup: 'g-one', topic: 't-sub', queueId: 0 };

/** What the users may do, made by the super user. */
const SETTING_UP: Step[] = [
  byBoth('admin', 'AUTH_CREATE_USER', user('pub')),
  byBoth('admin', 'AUTH_CREATE_USER', user('sub')),
  byBoth('admin', 'AUTH_CREATE_USER', user('off')),
  by(
    'admin',
    'AUTH_UPDATE_USER',
    { username: 'off' },
    encodeUser({ username: 'off', userStatus: 'disable' }),
  ),
  by('admin', 'UPDATE_AND_CREATE_TOPIC', topic('t-pub')),
  by('admin', 'UPDATE_AND_CREATE_TOPIC', topic('t-sub')),
  by('admin', 'UPDATE_AND_CREATE_TOPIC', topic('x-other')),
  byBoth(
    'admin',
    'AUTH_CREATE_ACL',
    acl('pub', [
      entry('Topic:t-*', ['Pub', 'Create']),
      entry('Topic:t-deny', ['All'], 'Deny'),
      entry('Topic:t-sub', ['Pub'], 'Deny', ['10.0.0.0/8']),
      entry('Topic:t-pubs*', ['Pub'], 'Deny'),
      entry('Cluster:DefaultCluster', ['Get']),
    ]),
  ),
  byBoth(
    'admin',
    'AUTH_CREATE_ACL',
    acl('sub', [
      entry('Topic:t-sub', ['Sub']),
      entry('Group:g-*', ['Sub']),
      entry('Group:g-both', ['Get']),
    ]),
  ),
  byBoth('admin', 'AUTH_CREATE_ACL', acl('sub', [entry('*', ['Get', 'List'], 'Deny')], 'Default')),
];

const WHO_IS_IT: Step[] = [
  by('', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('nobody', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('liar', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('off', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('', 'HEART_BEAT', {}, heartbeat('g-one', 't-sub')),
  by('', 'GET_BROKER_CONFIG'),
  by('', 'CONTROLLER_ELECT_MASTER', { clusterName: 'c', brokerName: 'b', brokerId: 0 }),
];

const MAY_IT: Step[] = [
  by('pub', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('pub', 'SEND_MESSAGE', send('t-pub'), HELLO),
  by('pub', 'SEND_MESSAGE_V2', send('t-sub'), HELLO),
  by('pub', 'SEND_MESSAGE_V2', send('t-deny'), HELLO),
  by('pub', 'SEND_MESSAGE_V2', send('t-pubs1'), HELLO),
  by('pub', 'SEND_MESSAGE_V2', send('x-other'), HELLO),
  by('sub', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('sub', 'SEND_MESSAGE_V2', send('%RETRY%g-one'), HELLO),
  by('sub', 'SEND_MESSAGE_V2', send('%RETRY%h-one'), HELLO),
  by('pub', 'PULL_MESSAGE', pull('g-one', 't-pub')),
  by('sub', 'PULL_MESSAGE', pull('g-one', 't-sub')),
  by('sub', 'PULL_MESSAGE', pull('h-one', 't-sub')),
  by('sub', 'PULL_MESSAGE', pull('g-one', '%RETRY%g-one')),
  by('sub', 'HEART_BEAT', {}, heartbeat('g-one', 't-sub')),
  by('sub', 'HEART_BEAT', {}, heartbeat('g-one', 't-pub')),
  by('pub', 'HEART_BEAT', {}, heartbeat('g-one', 't-sub')),
  by('sub', 'LOCK_BATCH_MQ', {}, locking('g-one', 't-sub')),
  by('sub', 'LOCK_BATCH_MQ', {}, locking('g-one', 't-pub')),
  by('sub', 'UNLOCK_BATCH_MQ', {}, locking('h-one', 't-sub')),
  by('sub', 'QUERY_CONSUMER_OFFSET', OFFSET),
  by('sub', 'UPDATE_CONSUMER_OFFSET', { ...OFFSET, commitOffset: 1 }),
  by('sub', 'UPDATE_CONSUMER_OFFSET', { ...OFFSET, topic: 't-pub', commitOffset: 1 }),
  by('pub', 'UPDATE_CONSUMER_OFFSET', { ...OFFSET, commitOffset: 1 }),
  by('sub', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'g-one' }),
  by('pub', 'GET_CONSUMER_LIST_BY_GROUP', { consumerGroup: 'g-one' }),
  by('sub', 'GET_MAX_OFFSET', { topic: 't-sub', queueId: 0 }),
  by('pub', 'GET_MAX_OFFSET', { topic: 't-pub', queueId: 0 }),
  by('pub', 'UPDATE_AND_CREATE_TOPIC', topic('t-new')),
  by('pub', 'UPDATE_AND_CREATE_TOPIC', topic('x-new')),
  by('pub', 'DELETE_TOPIC_IN_BROKER', { topic: 't-new' }),
  by('sub', 'UNREGISTER_CLIENT', { clientID: 'c1', consumerGroup: 'h-one' }),
  by('sub', 'UNREGISTER_CLIENT', { clientID: 'c1', producerGroup: 'h-one' }),
  by('sub', 'CONSUMER_SEND_MSG_BACK', { offset: 0, group: 'h-one', delayLevel: 1 }),
  by('pub', 'AUTH_LIST_USER', { filter: '' }),
  by('sub', 'AUTH_LIST_USER', { filter: '' }),
  byBoth('pub', 'AUTH_CREATE_USER', user('more')),
  byBoth('admin', 'AUTH_CREATE_USER', user('admin2', 'Super')),
  by('sub', 'GET_CONSUME_STATS', { consumerGroup: 'g-both', topic: 't-sub' }),
  by('sub', 'QUERY_MESSAGE', {
    topic: 't-pub',
    key: 'k',
    maxNum: 1,
    beginTimestamp: 0,
    endTimestamp: 1,
  }),
  by('pub', 'RECALL_MESSAGE', { topic: 'x-other', recallHandle: 'h' }),
  by('sub', 'POP_MESSAGE', {
    ...{ consumerGroup: 'g-one', topic: 't-pub', queueId: -1, maxMsgNums: 1 },
    ...{ invisibleTime: 10_000, pollTime: 0, bornTime: 1700000000000, initMode: 0 },
  }),
  by('pub', 'GET_BROKER_CONFIG'),
  by('pub', 'GET_BROKER_RUNTIME_INFO'),
  by('pub', 'UPDATE_BROKER_CONFIG', {}, Buffer.from('defaultTopicQueueNums=8\n')),
  by('pub', 'GET_ALL_TOPIC_CONFIG'),
  by('pub', 'CLEAN_EXPIRED_CONSUMEQUEUE'),
  by('inner', 'GET_ALL_CONSUMER_OFFSET'),
];

const TAKEN_BACK: Step[] = [
  by('admin', 'AUTH_DELETE_ACL', {
    subject: 'User:pub',
    policyType: 'Custom',
    resource: 'Topic:t-*',
  }),
  by('pub', 'SEND_MESSAGE_V2', send('t-pub'), HELLO),
  by('admin', 'AUTH_DELETE_USER', { username: 'sub' }),
  by('sub', 'PULL_MESSAGE', pull('g-one', 't-sub')),
];

const STEPS: readonly Step[] = [...SETTING_UP, ...WHO_IS_IT, ...MAY_IT, ...TAKEN_BACK];

/** Says all steps to a broker; each user has a connection of his own. */
export async function decisionsOf(address: string): Promise<Decided[]> {
  const clients = new Map<string, RemotingClient>();
  const clientOf = (who: string): RemotingClient => {
    const known = clients.get(who);
    if (known) return known;
    const account = { accessKey: who === 'liar' ? 'pub' : who, secretKey: SECRETS[who] ?? 'none' };
    const sign = who === '' ? {} : { sign: signWith(account) };
    const handlers = { NOTIFY_CONSUMER_IDS_CHANGED: () => ({}) };
    const client = createClient({ clock: systemClock, log: silentLogger, handlers, ...sign });
    clients.set(who, client);
    return client;
  };
  const decided: Decided[] = [];
  try {
    for (const { who, name, header, body } of STEPS) {
      const options = { allow: ANY, timeoutMs: 10_000, ...(body && { body }) };
      const answer = await clientOf(who).request(address, name, header as never, options);
      const what = `${who || 'without a name'}: ${name} ${subjectOf(header)}`.trim();
      decided.push({ what, code: responseName(answer.code), remark: answer.remark ?? '' });
    }
  } finally {
    for (const client of clients.values()) client.close();
  }
  return decided;
}

const subjectOf = (header: Record<string, unknown>): string =>
  [header.topic, header.consumerGroup ?? header.group, header.username ?? header.subject]
    .filter((part) => part !== undefined)
    .join(' ');
