// Says requests about lite topics to a broker and notes its answers: to Apache RocketMQ 5.5.0 (with
// enableLmq and enableMultiDispatch) when test/golden/broker/lite-answers.json was recorded, and to
// this broker by its test.

import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { encodeGroupConfig, newGroupConfig } from '../../../src/protocol/bodies/group.js';
import { encodeBody } from '../../../src/protocol/bodies/json.js';
import type { JsonObject } from '../../../src/protocol/fastjson.js';
import type { Req, RequestName } from '../../../src/protocol/requests/index.js';
import { type Answer, createClient, type RemotingClient } from '../../../src/remoting/client.js';
import { until } from '../../support/until.js';
import { noteOf, type Noted } from './answers.js';
import { bornTimeOf } from './popping.js';
import { ANY } from './running-broker.js';
import { sendHeader } from '../../support/send-header.js';

export const PARENT = 'LiteParent';
export const queueOf = (lite: string, parent = PARENT): string => `%LMQ%$${parent}$${lite}`;

interface Popped {
  popTime: number;
  invisibleTime: number;
}

/** A broker, what it answered, and what it told its clients. */
export class LiteTalk {
  readonly noted: Noted[] = [];
  private readonly client: RemotingClient;
  private readonly notices: Req<'NOTIFY_UNSUBSCRIBE_LITE'>[] = [];

  constructor(private readonly address: string) {
    this.client = createClient({
      clock: systemClock,
      log: silentLogger,
      handlers: {
        NOTIFY_UNSUBSCRIBE_LITE: (header) => {
          this.notices.push(header);
          return {};
        },
      },
    });
  }

  close(): void {
    this.client.close();
  }

  ask<N extends RequestName>(name: N, header: Req<N>, body?: Buffer): Promise<Answer<N>> {
    const options = { allow: [...ANY, 2017, 2018], timeoutMs: 20_000, ...(body && { body }) };
    return this.client.request(this.address, name, header, options);
  }

  async note<N extends RequestName>(
    what: string,
    name: N,
    header: Req<N>,
    body?: Buffer,
  ): Promise<Answer<N>> {
    const answer = await this.ask(name, header, body);
    const note = noteOf(what, answer);
    if (Array.isArray(note.body)) note.body.sort();
    if (name === 'CHANGE_MESSAGE_INVISIBLETIME' && note.ext.reviveQid === '999') {
      note.ext.invisibleTime = '*'; // what has gone by counts
    }
    this.noted.push(note);
    return answer;
  }

  async topic(topic: string, attributes = ''): Promise<void> {
    await this.ask('UPDATE_AND_CREATE_TOPIC', {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: 2,
      writeQueueNums: 2,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false,
      ...(attributes && { attributes }),
    });
  }

  async group(name: string, attributes: Record<string, string>, changes = {}): Promise<void> {
    const group = { ...newGroupConfig(name), attributes, ...changes };
    await this.ask('UPDATE_AND_CREATE_SUBSCRIPTIONGROUP', {}, encodeGroupConfig(group));
  }

  /** Sends into a lite topic and waits until its queue has the message. */
  async send(lite: string, text: string, topic = PARENT): Promise<Answer<'SEND_MESSAGE_V2'>> {
    const queue = queueOf(lite, topic);
    const before = await this.max(queue);
    const header = sendHeader(topic, { __LITE_TOPIC: lite, UNIQ_KEY: `key-${text}` });
    const answer = await this.ask('SEND_MESSAGE_V2', header, Buffer.from(text));
    await until(`a message of ${queue}`, async () => (await this.max(queue)) > before);
    return answer;
  }

  ctl(what: string, action: string, clientId: string, group: string, changes: JsonObject = {}) {
    const entry = { action, clientId, group, topic: PARENT, version: 1, ...changes };
    const body = encodeBody({ subscriptionSet: [entry] });
    return this.note(what, 'LITE_SUBSCRIPTION_CTL', {}, body);
  }

  pop(what: string, clientId: string, group: string, changes: Partial<Req<'POP_LITE_MESSAGE'>>) {
    return this.note(what, 'POP_LITE_MESSAGE', {
      clientId,
      consumerGroup: group,
      topic: PARENT,
      maxMsgNum: 32,
      invisibleTime: 60_000,
      pollTime: 0,
      bornTime: bornTimeOf(changes.pollTime),
      ...changes,
    });
  }

  ack(what: string, popped: Popped, group: string, liteTopic: string, offset: number, ch = {}) {
    const header = { consumerGroup: group, topic: PARENT, queueId: 0, offset };
    const extraInfo = receiptOf(popped);
    return this.note(what, 'ACK_MESSAGE', { ...header, extraInfo, liteTopic, ...ch });
  }

  changeTime(what: string, popped: Popped, group: string, liteTopic: string, ch: object) {
    const header = { consumerGroup: group, topic: PARENT, queueId: 0, offset: 0 };
    const more = { extraInfo: receiptOf(popped), liteTopic, invisibleTime: 60_000, ...ch };
    return this.note(what, 'CHANGE_MESSAGE_INVISIBLETIME', { ...header, ...more });
  }

  /** Notes what the broker has told its clients, once it has told something. */
  async told(what: string): Promise<void> {
    await until('a notice', () => this.notices.length > 0);
    const told = this.notices.splice(0);
    const body = told.map((one) => `${one.clientId} ${one.consumerGroup} ${one.liteTopic}`);
    this.noted.push({ what, code: '', remark: '', ext: {}, body });
  }

  async info(what: string): Promise<void> {
    const answer = await this.ask('GET_BROKER_LITE_INFO', {});
    const note = noteOf(what, answer);
    // RocketMQ counts system topics' queues too, and keys without content
    note.body = (note.body as string[]).filter((part) => !/^"(cqTableSize|orderInfo)/.test(part));
    this.noted.push(note);
  }

  private async max(queue: string): Promise<number> {
    return (await this.ask('GET_MAX_OFFSET', { topic: queue, queueId: 0 })).header.offset;
  }
}

const receiptOf = ({ popTime, invisibleTime }: Popped, reviveQueueId = 999): string =>
  `0 ${popTime} ${invisibleTime} ${reviveQueueId} 0 broker-a 0 0`;

export async function liteAnswersOf(address: string): Promise<Noted[]> {
  const talk = new LiteTalk(address);
  try {
    await prepare(talk);
    await refusals(talk);
    await consuming(talk);
    await models(talk);
    await asking(talk);
    await ending(talk);
    return talk.noted;
  } finally {
    talk.close();
  }
}

async function prepare(talk: LiteTalk): Promise<void> {
  await talk.topic(PARENT, '+message.type=LITE,+lite.topic.expiration=30');
  await talk.topic('NotLite');
  const bind = { '+lite.bind.topic': PARENT };
  await talk.group('GL', bind);
  await talk.group('GX', {
    ...bind,
    '+lite.sub.model': 'Exclusive',
    '+lite.sub.reset.offset.exclusive': 'true',
  });
  await talk.group('GW', { ...bind, '+lite.sub.wildcard': 'true' });
  await talk.group('GR', { ...bind, '+lite.sub.reset.offset.unsubscribe': 'true' });
  await talk.group('GO', bind);
  await talk.group('GC', bind);
  await talk.group('GD', bind, { consumeEnable: false });
  await talk.group('GN', {});
  await talk.info('info empty');
}

async function refusals(talk: LiteTalk): Promise<void> {
  await talk.note('ctl no body', 'LITE_SUBSCRIPTION_CTL', {});
  await talk.note('ctl empty', 'LITE_SUBSCRIPTION_CTL', {}, encodeBody({ subscriptionSet: [] }));
  await talk.ctl('ctl disabled', 'PARTIAL_ADD', 'c1', 'GD', { liteTopicSet: ['a'] });
  await talk.ctl('ctl wildcard', 'PARTIAL_ADD', 'c1', 'GW', { liteTopicSet: ['a'] });
  await talk.ctl('ctl blank client', 'PARTIAL_ADD', ' ', 'GL', { liteTopicSet: ['a'] });
  await talk.pop('pop many', 'c1', 'GL', { maxMsgNum: 33 });
  await talk.pop('pop no topic', 'c1', 'GL', { topic: 'NoTopic' });
  await talk.pop('pop not lite', 'c1', 'GL', { topic: 'NotLite' });
  await talk.pop('pop new group', 'c1', 'NewGroup', {});
  await talk.pop('pop group not bound', 'c1', 'GN', {});
  await talk.pop('pop group disabled', 'c1', 'GD', {});
  await talk.pop('pop late', 'c1', 'GL', { bornTime: Date.now() - 10_000 });
  await talk.pop('pop nothing', 'c1', 'GL', {});
}

async function consuming(talk: LiteTalk): Promise<void> {
  for (const [lite, text] of [
    ['a', 'a0'],
    ['a', 'a1'],
    ['b', 'b0'],
  ])
    await talk.send(lite, text);
  await talk.ctl('add c1', 'PARTIAL_ADD', 'c1', 'GL', { liteTopicSet: ['a', 'b', 'none'] });
  const first = (await talk.pop('pop a and b', 'c1', 'GL', { pollTime: 15_000 })).header;
  await talk.pop('pop blocked', 'c1', 'GL', {});
  await talk.ack('ack other group', first, 'GN', 'a', 0);
  await talk.ack('ack too far', first, 'GL', 'a', 99);
  await talk.ack('ack not given', first, 'GL', 'a', 2);
  await talk.ack('ack other queue', first, 'GL', 'a', 0, { queueId: 1 });
  const bare = receiptOf(first, 3);
  await talk.ack('ack not in order', first, 'GL', 'a', 0, { extraInfo: bare });
  await talk.ack('ack old time', { ...first, popTime: first.popTime - 1 }, 'GL', 'a', 0);
  await talk.ack('ack a0', first, 'GL', 'a', 0);
  await talk.ack('ack a0 again', first, 'GL', 'a', 0);
  await talk.changeTime('change too far', first, 'GL', 'a', { offset: 99 });
  await talk.changeTime('change gone by', first, 'GL', 'a', { offset: 0 });
  await talk.changeTime('change a1', first, 'GL', 'a', { offset: 1, invisibleTime: 1 });
  const again = (await talk.pop('pop a1 again', 'c1', 'GL', { pollTime: 15_000 })).header;
  await talk.changeTime('suspend a1', again, 'GL', 'a', {
    offset: 1,
    invisibleTime: 1,
    suspend: true,
  });
  const third = (await talk.pop('pop a1 suspended', 'c1', 'GL', { pollTime: 15_000 })).header;
  await talk.ack('ack a1', third, 'GL', 'a', 1);
  await talk.ack('ack b0', first, 'GL', 'b', 0);
  await talk.pop('pop done', 'c1', 'GL', {});
  const held = talk.pop('pop held', 'c1', 'GL', { pollTime: 15_000 });
  await talk.send('a', 'a2');
  await held;
}

async function models(talk: LiteTalk): Promise<void> {
  await talk.ctl('exclusive x1', 'PARTIAL_ADD', 'x1', 'GX', { liteTopicSet: ['a'] });
  const x1 = (await talk.pop('pop x1', 'x1', 'GX', { pollTime: 15_000, maxMsgNum: 1 })).header;
  await talk.ack('ack x1', x1, 'GX', 'a', 0);
  await talk.ctl('exclusive x2', 'PARTIAL_ADD', 'x2', 'GX', { liteTopicSet: ['a'] });
  await talk.told('notice of x1');
  await talk.pop('pop x2', 'x2', 'GX', { pollTime: 15_000 });
  await talk.ctl('wildcard w1', 'COMPLETE_ADD', 'w1', 'GW', { liteTopicSet: [] });
  await talk.note('trigger w1', 'TRIGGER_LITE_DISPATCH', { group: 'GW' });
  await talk.pop('pop w1', 'w1', 'GW', { pollTime: 15_000 });
  await talk.ctl('o1', 'PARTIAL_ADD', 'o1', 'GO', { liteTopicSet: ['b'] });
  const o1 = (await talk.pop('pop b0', 'o1', 'GO', { pollTime: 15_000 })).header;
  await talk.ack('ack b0 of o1', o1, 'GO', 'b', 0);
  await talk.ctl('o1 leaves b', 'PARTIAL_REMOVE', 'o1', 'GO', { liteTopicSet: ['b'] });
  for (const [type, value] of [
    ['POLICY', 1],
    ['TAIL_N', 1],
    ['OFFSET', 0],
  ] as const) {
    const place = { liteTopicSet: ['b'], offsetOption: { type, value } };
    await talk.ctl(`go to ${type}`, 'PARTIAL_ADD', 'o1', 'GO', place);
    const again = (await talk.pop(`pop b0 by ${type}`, 'o1', 'GO', { pollTime: 15_000 })).header;
    await talk.ack('ack b0 again', again, 'GO', 'b', 0);
    await talk.ctl('leave', 'PARTIAL_REMOVE', 'o1', 'GO', { liteTopicSet: ['b'] });
  }
  const end = { liteTopicSet: ['a'], offsetOption: { type: 'POLICY', value: 2 } };
  await talk.ctl('go to the end', 'PARTIAL_ADD', 'o1', 'GO', end);
  await talk.pop('pop at the end', 'o1', 'GO', {});
  await talk.ctl('all of c3', 'COMPLETE_ADD', 'c3', 'GC', { liteTopicSet: ['a', 'b', 'c'] });
  await talk.ctl('fewer of c3', 'COMPLETE_ADD', 'c3', 'GC', { liteTopicSet: ['b'] });
  await talk.ctl('r1', 'PARTIAL_ADD', 'r1', 'GR', { liteTopicSet: ['a'] });
  const r1 = (await talk.pop('pop r1', 'r1', 'GR', { pollTime: 15_000, maxMsgNum: 2 })).header;
  await talk.ack('ack r1', r1, 'GR', 'a', 0);
  await talk.ctl('r1 leaves a', 'PARTIAL_REMOVE', 'r1', 'GR', { liteTopicSet: ['a'] });
  const place = { consumerGroup: 'GR', topic: queueOf('a'), queueId: 0 };
  await talk.note('place of GR', 'QUERY_CONSUMER_OFFSET', place);
}

async function asking(talk: LiteTalk): Promise<void> {
  await talk.info('info in use');
  await talk.note('parent', 'GET_PARENT_TOPIC_INFO', { topic: PARENT });
  await talk.note('parent not lite', 'GET_PARENT_TOPIC_INFO', { topic: 'NotLite' });
  await talk.note('parent none', 'GET_PARENT_TOPIC_INFO', { topic: 'NoTopic' });
  for (const liteTopic of ['a', 'b', 'none']) {
    const header = { parentTopic: PARENT, liteTopic };
    await talk.note(`lite topic ${liteTopic}`, 'GET_LITE_TOPIC_INFO', header);
    for (const group of ['GL', 'GX', 'GR']) {
      const asked = { group, liteTopic, topK: 10 };
      await talk.note(`${group} in ${liteTopic}`, 'GET_LITE_GROUP_INFO', asked);
    }
  }
  const other = { parentTopic: 'NotLite', liteTopic: 'a' };
  await talk.note('lite topic of another', 'GET_LITE_TOPIC_INFO', other);
  for (const group of ['GL', 'GW', 'GN', 'GX', 'Unknown']) {
    await talk.note(`group ${group}`, 'GET_LITE_GROUP_INFO', { group, topK: 10 });
  }
  for (const [group, clientId] of [
    ['GL', 'c3'],
    ['GL', 'c9'],
    ['GW', 'w1'],
    ['GN', 'c1'],
  ]) {
    const header = { parentTopic: PARENT, group, clientId, maxCount: 10 };
    await talk.note(`client ${clientId} of ${group}`, 'GET_LITE_CLIENT_INFO', header);
  }
  await talk.note('trigger not lite', 'TRIGGER_LITE_DISPATCH', { group: 'GN' });
  const clientId = 'c1';
  await talk.note('trigger one', 'TRIGGER_LITE_DISPATCH', { group: 'GL', clientId });
  const search = { topic: PARENT, queueId: 0, timestamp: 0 };
  await talk.note('search a', 'SEARCH_OFFSET_BY_TIMESTAMP', { ...search, liteTopic: 'a' });
  await talk.note('search none', 'SEARCH_OFFSET_BY_TIMESTAMP', { ...search, liteTopic: 'none' });
  const pull = {
    ...{ consumerGroup: 'GN', queueId: 0, queueOffset: 1, maxMsgNums: 2, sysFlag: 4 },
    ...{ commitOffset: 0, suspendTimeoutMillis: 100, subscription: '*', subVersion: 0 },
    expressionType: 'TAG',
  };
  await talk.note('pull a', 'PULL_MESSAGE', { ...pull, topic: PARENT, liteTopic: 'a' });
  await talk.note('pull the light queue', 'PULL_MESSAGE', { ...pull, topic: queueOf('a') });
  const commit = { consumerGroup: 'GN', topic: queueOf('a'), queueId: 0, commitOffset: 2 };
  await talk.note('commit in a light queue', 'UPDATE_CONSUMER_OFFSET', commit);
  await talk.note('topic of a light queue', 'GET_TOPIC_CONFIG', { topic: queueOf('a') });
}

async function ending(talk: LiteTalk): Promise<void> {
  await talk.ctl('c1 leaves', 'COMPLETE_REMOVE', 'c1', 'GL');
  await talk.ctl('w1 leaves', 'COMPLETE_REMOVE', 'w1', 'GW');
  await talk.info('info less');
  await talk.note('delete parent', 'DELETE_TOPIC_IN_BROKER', { topic: PARENT });
  await talk.info('info at the end');
  await talk.note('max of a', 'GET_MAX_OFFSET', { topic: queueOf('a'), queueId: 0 });
  const gone = { consumerGroup: 'GL', topic: queueOf('a'), queueId: 0, setZeroIfNotFound: false };
  await talk.note('place of GL', 'QUERY_CONSUMER_OFFSET', gone);
}
