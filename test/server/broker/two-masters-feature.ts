// Two masters and their name server: messages that are sent back to a master of the client's choice,
// and the order configuration that the name server keeps, gives to clients and tells to brokers.

import { decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { until } from '../../support/until.js';
import { FeatureTalk, placeOf, recordText, steady, type Talked } from './feature-talk.js';

export interface TwoMasters {
  namesrv: string;
  /** Of broker-a and broker-b. */
  masters: readonly [string, string];
}

type Back = Partial<Req<'CONSUMER_SEND_MSG_BACK'>>;

const SCHEDULE = 'SCHEDULE_TOPIC_XXXX';
const ORDER = 'ORDER_TOPIC_CONFIG';

/** All three freshly started; nothing was stored yet. */
export async function twoMastersFeature(group: TwoMasters): Promise<Talked[]> {
  const talked: Talked[] = [];
  const [a, b, namesrv] = [...group.masters, group.namesrv].map(
    (address) => new FeatureTalk(address, talked),
  ) as [FeatureTalk, FeatureTalk, FeatureTalk];
  try {
    await new SentBack(a, b).all();
    await new OrderConf(a, b, namesrv).all();
    return talked;
  } finally {
    for (const talk of [a, b, namesrv]) talk.close();
  }
}

/** A name in the request changes nothing: the master that is asked looks into its own log. */
class SentBack {
  private place = 0;
  private readonly waited = new Map<string, number>();

  constructor(
    private readonly a: FeatureTalk,
    private readonly b: FeatureTalk,
  ) {}

  async all(): Promise<void> {
    const { a, b } = this;
    await this.prepare();
    for (const [what, brokerName] of Object.entries({
      'to its own master': 'broker-a',
      'to its own master, without a name': undefined,
      'to its own master, with the name of the other': 'broker-b',
      'to its own master, with an unknown name': 'broker-z',
      'to its own master, with the name of static topics': '__syslo__global__',
      'to its own master, with an empty name': '',
    })) {
      await this.back(a, what, 'Own', { bname: brokerName, delayLevel: 5 });
      await this.waiting(a, `${what}: waits`, 5);
    }
    await this.back(b, 'to the other, which has a message there', 'Other', { bname: 'broker-b' });
    await this.waiting(b, 'what the other has there waits', 3);
    await this.back(b, 'delivered there', 'Other', { bname: 'broker-b', delayLevel: 1 });
    await b.noteRecord('what the other has there is delivered', '%RETRY%Other', 0, 0);
    await this.knownWhere('%RETRY%Other');
    for (const [what, offset] of [
      ['within a message', this.place + 1],
      ['beyond its log', 900_000],
    ] as const) {
      const { code, remark } = await this.asked(b, 'Missed', { offset, bname: 'broker-b' });
      a.add(`to the other, ${what}`, String(code), (remark ?? '').replace(/\d+$/, 'place'));
    }
    await this.knownWhere('%RETRY%Missed');
    await this.back(b, 'dead in the other', 'Other', { bname: 'broker-b', delayLevel: -1 });
    await b.noteRecord('dead in the other: the record', '%DLQ%Other', 0, 0);
    await this.knownWhere('%DLQ%Other');
    await this.asNormalMessage();
  }

  private async prepare(): Promise<void> {
    const { a, b } = this;
    const places: number[] = [];
    for (const [talk, text] of [
      [a, 'of a'],
      [b, 'of b'],
    ] as const) {
      // prettier-ignore
      for (const group of ['Own', 'Other', 'Missed']) await talk.group(group);
      await talk.topic('Origin');
      const { header } = await talk.send('Origin', text, { TAGS: 'A', own: text });
      places.push(placeOf(header.msgId));
    }
    a.add('both have a message at the same place', String(places[0] === places[1]));
    this.place = places[0]!;
  }

  private asked(talk: FeatureTalk, group: string, changes: Back) {
    return talk.ask('CONSUMER_SEND_MSG_BACK', {
      ...{ offset: this.place, group, delayLevel: 0, originMsgId: 'origin' },
      ...{ originTopic: 'Origin', unitMode: false, maxReconsumeTimes: 16 },
      ...changes,
    });
  }

  private async back(talk: FeatureTalk, what: string, group: string, changes: Back) {
    const { code, remark } = await this.asked(talk, group, changes);
    talk.add(what, String(code), steady(remark ?? ''));
  }

  /** The next record of the queue where messages of a level wait. */
  private async waiting(talk: FeatureTalk, what: string, level: number): Promise<void> {
    const key = `${talk === this.a ? 'a' : 'b'} ${level}`;
    const offset = this.waited.get(key) ?? 0;
    this.waited.set(key, offset + 1);
    await talk.noteRecord(what, SCHEDULE, level - 1, offset);
  }

  /** Which of the two made a topic. */
  private async knownWhere(topic: string): Promise<void> {
    const { a, b } = this;
    const codes = [a, b].map((one) => one.ask('GET_TOPIC_CONFIG', { topic, lo: true }));
    const known = (await Promise.all(codes)).map(({ code }) => String(code === 0));
    a.add(`${topic} is known to each`, ...known);
  }

  /** What the client does when the chosen broker is not there or refuses. */
  private async asNormalMessage(): Promise<void> {
    const { b } = this;
    const properties = {
      ...{ TAGS: 'A', own: 'of a', RETRY_TOPIC: 'Origin', ORIGIN_MESSAGE_ID: 'first' },
      ...{ RECONSUME_TIME: '1', MAX_RECONSUME_TIMES: '16', DELAY: '3', MSG_REGION: 'old' },
    };
    const counts = { reconsumeTimes: 1, maxReconsumeTimes: 16 };
    const { code } = await b.send('%RETRY%Missed', 'as a message', properties, counts);
    b.add('sent as a message', String(code));
    await this.waiting(b, 'sent as a message: waits', 3);
    const dead = { ...counts, reconsumeTimes: 17 };
    await b.send('%RETRY%Missed', 'too often', properties, dead);
    const record = await b.record('%DLQ%Missed', 0, 0);
    b.add('sent as a message too often: dead', recordText(record));
  }
}

/** What is kept in ORDER_TOPIC_CONFIG reaches routes if the name server wants, and brokers. */
class OrderConf {
  private made = 0;

  constructor(
    private readonly a: FeatureTalk,
    private readonly b: FeatureTalk,
    private readonly namesrv: FeatureTalk,
  ) {}

  async all(): Promise<void> {
    const { a, b, namesrv } = this;
    await this.topics();
    await this.route('no configuration', 'Ordered');
    await this.put('Ordered', 'broker-a:4;broker-b:2');
    await this.route('not enabled', 'Ordered');
    await this.settings({ orderMessageEnable: true });
    await this.route('enabled', 'Ordered');
    await this.route('of another topic', 'Plain');
    await this.values();
    for (const [name, talk] of Object.entries({ a, b })) {
      await this.register(talk);
      await until(`the order of Plain in ${name}`, () => this.isOrdered(talk, 'Plain'));
      await this.order(`after it registered: ${name}`, talk, 'Ordered', 'Plain');
    }
    await this.toldOrNot();
    await this.deleted();
    await namesrv.note('all', 'GET_KVLIST_BY_NAMESPACE', { namespace: ORDER });
  }

  private async topics(): Promise<void> {
    const { a, b, namesrv } = this;
    const queues = (count: number) => ({ readQueueNums: count, writeQueueNums: count });
    await a.topic('Ordered', { ...queues(4), order: true });
    await b.topic('Ordered', { ...queues(2), order: true });
    for (const talk of [a, b]) for (const topic of ['Plain', 'Untold']) await talk.topic(topic);
    for (const topic of ['Ordered', 'Plain', 'Untold']) {
      await until(`route of ${topic}`, async () => {
        const { body } = await namesrv.ask('GET_ROUTEINFO_BY_TOPIC', { topic });
        return body.includes('broker-a') && body.includes('broker-b');
      });
    }
    await a.noteTopic('Ordered');
    await b.noteTopic('Ordered');
  }

  private put(key: string, value: string) {
    const entry = { namespace: ORDER, key, value };
    return this.namesrv.note(`put ${key} ${value}`, 'PUT_KV_CONFIG', entry);
  }

  private async get(key: string): Promise<void> {
    await this.namesrv.note(`get ${key}`, 'GET_KV_CONFIG', { namespace: ORDER, key });
  }

  private async settings(settings: Record<string, boolean>): Promise<void> {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const body = Buffer.from(lines.join('\n'));
    await this.namesrv.note(lines.join(), 'UPDATE_NAMESRV_CONFIG', {}, body);
  }

  /** Queues of both, and the order configuration beside them. */
  private async route(what: string, topic: string): Promise<void> {
    const { body, code } = await this.namesrv.ask('GET_ROUTEINFO_BY_TOPIC', { topic });
    const conf = /"orderTopicConf":"[^"]*"/.exec(body.toString());
    const queues = body.toString().match(/"brokerName":"[\w-]+","perm":\d,"readQueueNums":\d/g);
    this.namesrv.add(`route, ${what}`, String(code), conf?.[0] ?? '', ...(queues ?? []).sort());
  }

  /** Whatever was put is given; nobody looks whether it means anything. */
  private async values(): Promise<void> {
    for (const value of ['broker-z:8', 'broker-a', 'broker-a:x;;', ':', 'broker-a:4']) {
      await this.put('Plain', value);
      await this.get('Plain');
      await this.route(value, 'Plain');
    }
    await this.put('Nowhere', 'broker-a:1');
    await this.route('of an unknown topic', 'Nowhere');
    await this.get('Never');
  }

  /** A new topic makes a broker register, and hear of the order configuration. */
  private async register(talk: FeatureTalk): Promise<void> {
    const topic = `Made${this.made++}`;
    await talk.topic(topic);
    await until(`route of ${topic}`, async () => {
      const { code } = await this.namesrv.ask('GET_ROUTEINFO_BY_TOPIC', { topic });
      return code === 0;
    });
  }

  private async isOrdered(talk: FeatureTalk, topic: string): Promise<boolean> {
    const { body } = await talk.ask('GET_TOPIC_CONFIG', { topic, lo: true });
    return body.includes('"order":true');
  }

  private async order(what: string, talk: FeatureTalk, ...topics: string[]): Promise<void> {
    const facts: string[] = [];
    for (const topic of topics) facts.push(`${topic} ${await this.isOrdered(talk, topic)}`);
    talk.add(what, ...facts);
  }

  private async toldOrNot(): Promise<void> {
    const { a } = this;
    await this.settings({ returnOrderTopicConfigToBroker: false });
    await this.put('Untold', 'broker-a:1');
    await this.register(a);
    await this.register(a);
    await this.order('brokers are not told', a, 'Untold');
    await this.route('brokers are not told', 'Untold');
    await this.settings({ returnOrderTopicConfigToBroker: true });
    await this.register(a);
    await until('the order of Untold', () => this.isOrdered(a, 'Untold'));
    await this.order('brokers are told again', a, 'Untold');
  }

  private async deleted(): Promise<void> {
    const { a, namesrv } = this;
    for (const key of ['Ordered', 'Ordered', 'Plain']) {
      await namesrv.note(`delete ${key}`, 'DELETE_KV_CONFIG', { namespace: ORDER, key });
      await this.get(key);
      await this.route('deleted', key);
    }
    await this.register(a);
    await this.register(a);
    await this.order('deleted: what was ordered stays so', a, 'Ordered', 'Plain');
    const { body } = await namesrv.ask('GET_KVLIST_BY_NAMESPACE', { namespace: ORDER });
    namesrv.add('keys left', ...Object.keys(decodeKvTable(body)).sort());
  }
}
