// POP: retry topics of both kinds, limits of what waits, acknowledgements of many, more time, and
// messages that come back again and again.

import { decodeRecords, type DecodedRecord } from '../../../src/protocol/message.js';
import { parseProperties } from '../../../src/protocol/properties.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import type { Answer } from '../../../src/remoting/client.js';
import { until } from '../../support/until.js';
import { type FeatureTalk, recordText, steady } from './feature-talk.js';
import { bornTimeOf } from './popping.js';

type PopHeader = Partial<Req<'POP_MESSAGE'>>;
type Popped = Answer<'POP_MESSAGE'> & { records: DecodedRecord[] };

/** Longer than the steps between a POP and its acknowledgement take on a busy machine. */
const SHORT_MS = 2000;
/** Less than what is left of the half second by which a request may be late. */
const PROMPT_MS = 300;
const LONG_MS = 600_000;
const REVIVE = 'rmq_sys_REVIVE_LOG_DefaultCluster';

/** The number of the revive queue goes round; 999 stands for none. */
const noTurn = (text: string): string =>
  text
    .replace(/reviveQid=\d\b/, 'reviveQid=*')
    .replace(/(\d+ time \d+) \d( [012] broker-a)/g, '$1 *$2');

class Pops {
  private readonly steadyTurn: (text: string) => string;

  /** `kv` is popConsumerKVServiceEnable: no revive queue is told, and nothing written to it. */
  constructor(
    private readonly talk: FeatureTalk,
    private readonly kv = false,
  ) {
    this.steadyTurn = kv ? (text) => text : noTurn;
  }

  private async sent(topic: string, ...texts: string[]): Promise<void> {
    for (const text of texts) await this.talk.send(topic, text, { TAGS: 'A', own: text });
    await until(`messages in ${topic}`, async () => (await this.talk.max(topic)) >= texts.length);
  }

  private async pop(group: string, topic: string, changes: PopHeader = {}): Promise<Popped> {
    const header = {
      ...{ consumerGroup: group, topic, queueId: -1, maxMsgNums: 32, invisibleTime: LONG_MS },
      ...{ pollTime: 0, bornTime: bornTimeOf(changes.pollTime), initMode: 0 },
      ...{ expType: 'TAG', exp: '*', order: false, ...changes },
    };
    const answer = await this.talk.ask('POP_MESSAGE', header);
    return { ...answer, records: decodeRecords(answer.body) };
  }

  /** The answer to a request of which it matters how old it is: asked again after a pause. */
  private prompt(ask: () => Promise<Popped>): Promise<Popped> {
    return until('answer without a pause of the machine', async () => {
      const begin = performance.now();
      const answer = await ask();
      return performance.now() - begin < PROMPT_MS && answer;
    });
  }

  private notePop(what: string, popped: Popped): void {
    const { code, ext, records, remark } = popped;
    const shown = Object.entries(ext ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${key === 'popTime' ? '*' : value}`);
    const texts = records.map((record) => this.steadyTurn(recordText(record)));
    this.talk.add(what, String(code), remark ?? '', this.steadyTurn(shown.join(' ')), ...texts);
  }

  /** Pops until something is there, and notes it. */
  private async popped(what: string, group: string, topic: string, changes: PopHeader = {}) {
    const popped = await until(what, async () => {
      const one = await this.pop(group, topic, changes);
      return one.records.length > 0 && one;
    });
    this.notePop(what, popped);
    return popped;
  }

  private async ack(what: string, group: string, topic: string, popped: Popped, index = 0) {
    const { queueId, queueOffset: offset } = popped.records[index]!;
    const extraInfo = receiptOf(popped, index);
    const header = { consumerGroup: group, topic, queueId, offset, extraInfo };
    await this.talk.note(what, 'ACK_MESSAGE', header);
  }

  private async change(
    what: string,
    group: string,
    topic: string,
    popped: Popped,
    changes: Partial<Req<'CHANGE_MESSAGE_INVISIBLETIME'>>,
    index = 0,
  ) {
    const { queueId, queueOffset: offset } = popped.records[index]!;
    const extraInfo = receiptOf(popped, index);
    const header = { consumerGroup: group, topic, queueId, offset, extraInfo, invisibleTime: 1000 };
    const name = 'CHANGE_MESSAGE_INVISIBLETIME';
    const { code, ext, remark } = await this.talk.ask(name, { ...header, ...changes });
    const { invisibleTime, popTime, reviveQid } = ext ?? {};
    const longer = Number(invisibleTime) > 0 ? 'longer' : String(invisibleTime);
    const time = Number(popTime) > 0 ? 'time' : String(popTime);
    this.talk.add(
      what,
      String(code),
      steady(remark ?? ''),
      longer,
      time,
      reviveQid === '999' ? '999' : '',
    );
  }

  /** What is not acknowledged comes back by a retry topic, and again. */
  async retries(group: string, topic: string, retryTopic: string): Promise<void> {
    const { talk } = this;
    await talk.topic(topic);
    await this.sent(topic, 'done', 'later', 'left');
    const first = await this.popped('first', group, topic, { invisibleTime: SHORT_MS });
    await this.ack('acknowledged', group, topic, first);
    await this.change('more time', group, topic, first, { invisibleTime: LONG_MS }, 1);
    await talk.noteRecord('left', retryTopic, 0, 0);
    await talk.noteTopic(retryTopic);
    for (const one of ['PEEK_MESSAGE', 'NOTIFICATION'] as const) {
      const header = { consumerGroup: group, topic, queueId: -1, maxMsgNums: 1, pollTime: 0 };
      await talk.note(one, one, { ...header, bornTime: Date.now() } as never);
    }
    await this.popped('again', group, topic, { invisibleTime: SHORT_MS });
    this.notePop('nothing more', await this.pop(group, topic));
    await talk.noteRecord('left again', retryTopic, 0, 1);
    const third = await this.popped('third', group, topic);
    const suspend = { invisibleTime: 1000, suspend: true };
    await this.change('suspended', group, retryTopic, third, suspend);
    await talk.noteRecord('suspended is not counted', retryTopic, 0, 2);
    const fourth = await this.popped('fourth', group, topic);
    await this.ack('retry acknowledged', group, retryTopic, fourth);
  }

  /** Old retry topics are still read when the new ones are in use, or are not. */
  async bothKinds(): Promise<void> {
    const { talk } = this;
    const group = 'bothKinds';
    await talk.topic('Both');
    await talk.topic(`%RETRY%${group}_Both`);
    await talk.send(`%RETRY%${group}_Both`, 'old');
    await talk.config({ enableRetryTopicV2: true });
    const seen = new Set<string>();
    for (const read of [false, true]) {
      await talk.config({ retrieveMessageFromPopRetryTopicV1: read });
      const look = async (): Promise<boolean> => {
        const { records } = await this.pop(group, 'Both');
        for (const record of records) seen.add(this.steadyTurn(recordText(record)));
        return seen.size > 0;
      };
      if (read) await until('old retry topics', look);
      else for (let i = 0; i < 30; i++) await look();
      talk.add(`old retry topics ${read ? '' : 'not '}read`, ...seen);
    }
  }

  /** Messages of one POP acknowledged together, by bits. */
  async manyAcks(): Promise<void> {
    const { talk } = this;
    const topic = 'Many';
    await talk.topic(topic);
    await this.sent(topic, ...'abcdefghij');
    const popped = await this.popped('popped', 'many', topic, { invisibleTime: SHORT_MS });
    const { popTime, reviveQid } = popped.header;
    const at = { c: 'many', t: topic, r: '0', so: 0, q: 0, rq: reviveQid, it: SHORT_MS };
    const say = async (what: string, ...acks: object[]): Promise<void> => {
      const body = {
        brokerName: 'broker-a',
        acks: acks.map((one) => ({ ...at, pt: popTime, ...one })),
      };
      await talk.note(what, 'BATCH_ACK_MESSAGE', {}, Buffer.from(JSON.stringify(body)));
    };
    await say('three and one beyond', { b: bits(0, 2, 9, 40) });
    await say('one', { b: bits(4) });
    await say('in two parts', { b: bits(5) }, { so: 6, b: bits(0) });
    await say('nothing', { b: '' });
    await say('beyond', { so: 20, b: bits(0) });
    await say('no such topic', { t: 'Nowhere', b: bits(0) });
    await say('no such queue', { q: 9, b: bits(0) });
    await say('in order, never handed out', { rq: 999, b: bits(1) });
    await say('none');
    const left = new Set<string>();
    await until('what was left', async () => {
      const { records } = await this.pop('many', topic);
      for (const { body, reconsumeTimes } of records) left.add(`${body} ${reconsumeTimes}`);
      return left.size === (this.kv ? 4 : 5);
    });
    talk.add('left', ...[...left].sort());
    if (!this.kv) await this.noteRevived(topic, 6);
  }

  /** What was written of a topic's messages that were handed out. */
  private async noteRevived(topic: string, count: number): Promise<void> {
    const { talk } = this;
    const found = await until(`${count} records about ${topic}`, async () => {
      const texts: string[] = [];
      for (let queueId = 0; queueId < 8; queueId++) {
        const header = talk.pullHeader(REVIVE, { queueId });
        for (const record of decodeRecords((await talk.ask('PULL_MESSAGE', header)).body)) {
          if (record.body.includes(`"t":"${topic}"`)) texts.push(reviveText(record));
        }
      }
      return texts.length >= count && texts;
    });
    for (const text of found.sort()) talk.add(`written of ${topic}`, text);
  }

  /** Asking for more time, and for none. */
  async moreTime(): Promise<void> {
    const { talk } = this;
    const topic = 'Times';
    await talk.topic(topic);
    await this.sent(topic, ...'abcdef');
    const popped = await this.popped('popped', 'times', topic);
    const say = (what: string, changes: Partial<Req<'CHANGE_MESSAGE_INVISIBLETIME'>>, index = 0) =>
      this.change(what, 'times', topic, popped, changes, index);
    await say('longer than any delay', { invisibleTime: 20 * 24 * 3600 * 1000 }, 1);
    await say('no such offset', { offset: 6 });
    await say('below the first', { offset: -1 });
    await say('no such queue', { queueId: 9 });
    await say('any queue', { queueId: -1 });
    await say('no such topic', { topic: 'Nowhere' });
    await say('twice', { invisibleTime: 1500 }, 2);
    await say('twice, again', { invisibleTime: 1500 }, 2);
    await say('none', { invisibleTime: 0 }, 3);
    await say('below none', { invisibleTime: -1000 }, 4);
    const seen: string[] = [];
    await until('what comes back', async () => {
      const { records } = await this.pop('times', topic);
      seen.push(...records.map(({ body, reconsumeTimes }) => `${body} ${reconsumeTimes}`));
      return seen.length >= 4;
    });
    talk.add('back', ...seen.sort());
  }

  /** In order: nothing more until all is acknowledged, or its time is up. */
  async inOrder(): Promise<void> {
    const { talk } = this;
    const topic = 'Ordered';
    const group = 'ordered';
    const order = { order: true, queueId: 0, maxMsgNums: 2 };
    await talk.topic(topic);
    await this.sent(topic, ...'abcdef');
    const first = await this.popped('first', group, topic, order);
    this.notePop('blocked', await this.pop(group, topic, order));
    this.notePop('another attempt', await this.pop(group, topic, { ...order, attemptId: 'x' }));
    await this.ack('second before the first', group, topic, first, 1);
    this.notePop('still blocked', await this.pop(group, topic, order));
    await this.change('a little time', group, topic, first, { invisibleTime: 1000 });
    const second = await this.popped('visible again', group, topic, { ...order, attemptId: 'y' });
    const same = { ...order, attemptId: 'y' };
    const third = await this.popped('the same attempt', group, topic, same);
    await this.ack('of an old time', group, topic, second);
    await this.ack('first', group, topic, third);
    await this.ack('first again', group, topic, third);
    await this.ack('second', group, topic, third, 1);
    const offset = { consumerGroup: group, topic, queueId: 0 };
    await talk.note('offset', 'QUERY_CONSUMER_OFFSET', offset);
    const next = await this.popped('next', group, topic, { ...order, maxMsgNums: 3 });
    const { popTime } = next.header;
    const at = { c: group, t: topic, r: '0', so: 2, q: 0, rq: 999, it: LONG_MS, pt: popTime };
    const body = { brokerName: 'broker-a', acks: [{ ...at, b: bits(0, 2) }] };
    await talk.note('of three', 'BATCH_ACK_MESSAGE', {}, Buffer.from(JSON.stringify(body)));
    await talk.note('offset of three', 'QUERY_CONSUMER_OFFSET', offset);
    await this.change('late', group, topic, third, {});
    const reset = { topic, group, timestamp: -1, isForce: true, queueId: 0, offset: 1 };
    await talk.note('reset', 'INVOKE_BROKER_TO_RESET_OFFSET', reset);
    await this.popped('after the reset', group, topic, order);
    await talk.note('offset after the reset', 'QUERY_CONSUMER_OFFSET', offset);
  }

  /** How many may wait. */
  async waiting(): Promise<void> {
    const { talk } = this;
    await talk.topic('Waits', { readQueueNums: 2, writeQueueNums: 2 });
    await talk.config({ popPollingSize: 1 });
    const held: Promise<unknown>[] = [];
    const wait = (changes: PopHeader = {}, pollTime = 20_000) =>
      this.pop('waits', 'Waits', { queueId: 0, pollTime, ...changes });
    const hold = async (count: number, changes: PopHeader = {}): Promise<void> => {
      held.push(wait(changes).catch(() => undefined)); // they end with the connection
      const of = { consumerGroup: 'waits', topic: 'Waits', queueId: changes.queueId ?? 0 };
      const number = async () => (await talk.ask('POLLING_INFO', of)).header.pollingNum;
      await until(`${count} that wait`, async () => (await number()) === count);
    };
    await hold(1);
    await hold(2);
    this.notePop('a third', await wait());
    await hold(1, { queueId: 1 });
    await hold(1, { queueId: -1 });
    await hold(2, { queueId: -1 });
    for (const queueId of [-1, 0, 1]) {
      const of = { consumerGroup: 'waits', topic: 'Waits', queueId };
      await talk.note(`who waits at ${queueId}`, 'POLLING_INFO', of);
    }
    const late = () => this.prompt(() => wait({ bornTime: Date.now() - 300 }, 200));
    this.notePop('time is up', await late());
    await talk.config({ popPollingSize: 1024, maxPopPollingSize: 1 });
    this.notePop('full', await wait({ queueId: 1 }));
    this.notePop('full and time is up', await late());
    this.notePop('full and does not wait', await wait({}, 0));
    const note = { consumerGroup: 'waits', topic: 'Waits', queueId: 0 };
    await talk.config({ maxPopPollingSize: 0 });
    for (const pollTime of [0, 500]) {
      const header = { ...note, pollTime, bornTime: Date.now() };
      await talk.note(`a notification of ${pollTime}, full`, 'NOTIFICATION', header);
    }
    await talk.config({ maxPopPollingSize: 100_000 });
    const old = { ...note, pollTime: 10, bornTime: Date.now() - 5000 };
    await talk.note('a late notification', 'NOTIFICATION', old);
  }

  /** Notifications look at the tags that they are asked about. */
  async notifications(): Promise<void> {
    const { talk } = this;
    await talk.topic('Notes');
    await this.sent('Notes', 'a', 'b');
    const header = { consumerGroup: 'notes', topic: 'Notes', queueId: -1, pollTime: 0 };
    const say = (what: string, exp?: string, expType?: string) => {
      const filter = { exp, expType, bornTime: Date.now() };
      return talk.note(what, 'NOTIFICATION', { ...header, ...filter });
    };
    await say('of any tag');
    await say('of this tag', 'A', 'TAG');
    await say('of another tag', 'B', 'TAG');
    await say('of tags without a kind', 'B');
    await say('of a bad expression', 'a >', 'SQL92');
    await say('of an expression', "own = 'x'", 'SQL92');
    await say('of an unknown kind', 'x', 'WHAT');
    await talk.config({ maxMessageFilterNumForNotification: 2 });
    await say('of another tag, too many', 'B', 'TAG');
    await talk.config({ maxMessageFilterNumForNotification: 64 });
    await talk.config({ useMessageFilterForNotification: false });
    await say('of another tag, unread', 'B', 'TAG');
    await say('of a bad expression, unread', 'a >', 'SQL92');
    await talk.config({ useMessageFilterForNotification: true });
  }

  /** A group's limit does not hold for POP: its clients give messages up themselves. */
  async deadLetters(): Promise<void> {
    const { talk } = this;
    await talk.topic('Dying');
    await talk.group('dying', { retryMaxTimes: 0 });
    await this.sent('Dying', 'poor');
    await this.popped('first', 'dying', 'Dying', { invisibleTime: 1000 });
    const back = await talk.noteRecord('back', '%RETRY%dying_Dying', 0, 0);
    const popped = await this.popped('again', 'dying', 'Dying');
    const giveUp = { offset: back.physicalOffset, group: 'dying', delayLevel: -1 };
    const origin = { originMsgId: 'poor', originTopic: '%RETRY%dying_Dying' };
    const header = { ...giveUp, ...origin, maxReconsumeTimes: 0 };
    await talk.note('given up', 'CONSUMER_SEND_MSG_BACK', header);
    await this.ack('and acknowledged', 'dying', '%RETRY%dying_Dying', popped);
    await talk.noteRecord('dead', '%DLQ%dying', 0, 0);
    await talk.noteTopic('%DLQ%dying');
  }
}

const bits = (...places: number[]): string => {
  const bytes = Buffer.alloc(Math.max(...places) / 8 + 1);
  for (const place of places) bytes[place >> 3] |= 1 << (place & 7);
  return bytes.toString('base64');
};

/** A check point or an acknowledgement, without what differs from run to run. */
function reviveText({ body, properties }: DecodedRecord): string {
  const { TAGS, UNIQ_KEY } = parseProperties(properties);
  return `${TAGS} ${UNIQ_KEY} ${body}`.replace(/\b\d{13}\b/g, 'time');
}

/** The receipt that a client makes of an answer; a retry brings its own. */
function receiptOf({ header, records }: Popped, index: number): string {
  const { properties, queueId, queueOffset } = records[index]!;
  const own = parseProperties(properties).POP_CK;
  if (own !== undefined) return own;
  const { popTime, invisibleTime, reviveQid, startOffsetInfo } = header;
  const start = (startOffsetInfo ?? '').split(';').find((part) => part.startsWith(`0 ${queueId} `));
  const parts = [start?.split(' ')[2], popTime, invisibleTime, reviveQid, 0, 'broker-a', queueId];
  return [...parts, queueOffset].join(' ');
}

const features = (kv: boolean) =>
  ({
    retries: (talk) => new Pops(talk, kv).retries('v1', 'Popped1', '%RETRY%v1_Popped1'),
    async 'retries v2'(talk) {
      await talk.config({ enableRetryTopicV2: true });
      await new Pops(talk, kv).retries('v2', 'Popped2', '%RETRY%v2+Popped2');
      await talk.config({ enableRetryTopicV2: false });
    },
    async 'both retries'(talk) {
      await new Pops(talk, kv).bothKinds();
      await talk.config({ enableRetryTopicV2: false });
    },
    'many acknowledgements': (talk) => new Pops(talk, kv).manyAcks(),
    'more time': (talk) => new Pops(talk, kv).moreTime(),
    'in order': (talk) => new Pops(talk, kv).inOrder(),
    waiting: (talk) => new Pops(talk, kv).waiting(),
    notifications: (talk) => new Pops(talk, kv).notifications(),
    'dead letters': (talk) => new Pops(talk, kv).deadLetters(),
  }) satisfies Record<string, (talk: FeatureTalk) => Promise<void>>;

export const POP_FEATURES = features(false);

/** With popConsumerKVServiceInit and popConsumerKVServiceEnable. */
export const POP_KV_FEATURES = features(true);
