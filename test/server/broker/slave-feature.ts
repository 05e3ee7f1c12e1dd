// What a slave does and does not do, and locks that most brokers of a group must agree to.

import { decodeLockedQueues, encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import { decodeMemberGroup } from '../../../src/protocol/bodies/route.js';
import { formatProperties } from '../../../src/protocol/properties.js';
import { until } from '../../support/until.js';
import { FeatureTalk, placeOf, type Talked } from './feature-talk.js';
import { bornTimeOf } from './popping.js';
import { sendHeader } from '../../support/send-header.js';

/** Each pops once: what it gets is not there for another. */
const POPPERS = ['pops', 'orderedPops', 'peeks', 'notes'];

const queues = (...ids: number[]) =>
  ids.map((queueId) => ({ topic: 'Copied', brokerName: 'broker-a', queueId }));

export interface Group {
  namesrv: string;
  master: string;
  slave: string;
}

/** `stopSlave` ends the slave for good; `acting` is enableSlaveActingMaster of both. */
export async function slaveFeature(
  group: Group,
  acting: boolean,
  stopSlave: () => Promise<void>,
): Promise<Talked[]> {
  const [master, slave, namesrv] = [
    new FeatureTalk(group.master),
    new FeatureTalk(group.slave),
    new FeatureTalk(group.namesrv),
  ];
  try {
    const slaves = new Slaves(master, slave, namesrv);
    await slaves.prepare();
    await slaves.messages();
    await slaves.pops();
    await slaves.tables();
    await slaves.locks(acting);
    await stopSlave();
    await slaves.alone();
    return slave.talked;
  } finally {
    for (const talk of [master, slave, namesrv]) talk.close();
  }
}

class Slaves {
  private place = 0;

  constructor(
    private readonly master: FeatureTalk,
    private readonly slave: FeatureTalk,
    private readonly namesrv: FeatureTalk,
  ) {}

  private async members(): Promise<number> {
    const header = { clusterName: 'DefaultCluster', brokerName: 'broker-a' };
    const { body } = await this.namesrv.ask('GET_BROKER_MEMBER_GROUP', header);
    return decodeMemberGroup(body).brokerAddrs.size;
  }

  async prepare(): Promise<void> {
    const { master, slave } = this;
    await until('both brokers', async () => (await this.members()) === 2);
    await master.topic('Copied');
    for (const group of ['reader', ...POPPERS]) await master.group(group);
    const { header } = await master.send('Copied', 'copied', { TAGS: 'A' });
    this.place = placeOf(header.msgId);
    await until('the topic in the slave', async () => {
      const answer = await slave.ask('GET_TOPIC_CONFIG', { topic: 'Copied', lo: true });
      return answer.code === 0;
    });
    await slave.record('Copied', 0, 0);
    await until('the groups in the slave', async () => {
      const { body } = await slave.ask('GET_ALL_SUBSCRIPTIONGROUP_CONFIG', {});
      return body.includes(`"${POPPERS.at(-1)}"`);
    });
  }

  async messages(): Promise<void> {
    const { slave } = this;
    const header = sendHeader('Copied', {});
    const body = Buffer.from('x');
    for (const name of ['SEND_MESSAGE', 'SEND_MESSAGE_V2', 'SEND_BATCH_MESSAGE'] as const) {
      await slave.note(name, name, header, body);
    }
    const reply = { ...header, topic: 'DefaultCluster_REPLY_TOPIC' };
    const properties = formatProperties({ REPLY_TO_CLIENT: 'nobody' });
    await slave.note('a reply', 'SEND_REPLY_MESSAGE_V2', { ...reply, properties }, body);
    const back = { offset: this.place, group: 'back', delayLevel: 1 };
    await slave.note('sent back', 'CONSUMER_SEND_MSG_BACK', { ...back, originTopic: 'Copied' });
    const end = { producerGroup: 'p', tranStateTableOffset: 0, commitLogOffset: this.place };
    const decision = { ...end, commitOrRollback: 8, fromTransactionCheck: false, msgId: 'm' };
    await slave.note('a decision', 'END_TRANSACTION', decision);
    await slave.pull('pulled', 'Copied', {});
    await slave.pull('pulled beyond', 'Copied', { queueOffset: 5 });
    await slave.pull('pulled far below', 'Copied', { queueOffset: -7 });
    await slave.pull('pulled of an unknown topic', 'Nowhere');
    const handle = { producerGroup: 'p', topic: 'Copied', recallHandle: 'x' };
    await slave.note('a recall', 'RECALL_MESSAGE', handle);
  }

  async pops(): Promise<void> {
    const { slave } = this;
    const [pops, orderedPops, peeks, notes] = POPPERS as [string, string, string, string];
    const queue = { topic: 'Copied', queueId: 0 };
    const pop = { ...queue, maxMsgNums: 1, invisibleTime: 60_000, pollTime: 0, initMode: 0 };
    for (const [consumerGroup, order] of [
      [pops, false],
      [orderedPops, true],
    ] as const) {
      const wish = { ...pop, consumerGroup, bornTime: bornTimeOf(), order };
      const { code } = await slave.ask('POP_MESSAGE', wish);
      slave.add(`a pop, ordered ${order}`, String(code));
    }
    const peeked = await slave.ask('PEEK_MESSAGE', {
      ...{ ...queue, consumerGroup: peeks, maxMsgNums: 1 },
    });
    slave.add('peeked', String(peeked.code));
    const note = { ...queue, consumerGroup: notes, pollTime: 0, bornTime: Date.now() };
    await slave.note('a notification', 'NOTIFICATION', note);
    await slave.note('who waits', 'POLLING_INFO', { ...queue, consumerGroup: notes });
  }

  async tables(): Promise<void> {
    const { slave } = this;
    const settings = { readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 };
    const topic = { topic: 'Made', defaultTopic: 'TBW102', order: false, ...settings };
    const header = { ...topic, topicFilterType: 'SINGLE_TAG' as const };
    await slave.note('a topic', 'UPDATE_AND_CREATE_TOPIC', header);
    const at = { consumerGroup: 'reader', topic: 'Copied', queueId: 0 };
    await slave.note('an offset', 'UPDATE_CONSUMER_OFFSET', { ...at, commitOffset: 1 });
    await slave.note('the end', 'GET_MAX_OFFSET', { topic: 'Copied', queueId: 0 });
    await slave.note('by id', 'VIEW_MESSAGE_BY_ID', { offset: this.place });
    const exchange = await slave.ask('EXCHANGE_BROKER_HA_INFO', {});
    slave.add('who is master', String(exchange.code), ...Object.keys(exchange.header).sort());
  }

  private async lock(
    what: string,
    at: FeatureTalk,
    verb: 'LOCK_BATCH_MQ' | 'UNLOCK_BATCH_MQ',
    clientId: string,
    mqSet: ReturnType<typeof queues>,
    onlyThisBroker = false,
  ): Promise<void> {
    const batch = { consumerGroup: 'locks', clientId, onlyThisBroker, mqSet };
    const answer = await at.ask(verb, {}, encodeLockBatch(batch));
    const locked = answer.body.length > 0 ? decodeLockedQueues(answer.body) : [];
    const ids = locked.map(({ queueId }) => queueId).sort();
    this.slave.add(what, String(answer.code), ids.join());
  }

  async locks(acting: boolean): Promise<void> {
    const { master, slave } = this;
    const [lock, unlock] = ['LOCK_BATCH_MQ', 'UNLOCK_BATCH_MQ'] as const;
    for (const talk of [master, slave]) await talk.config({ lockInStrictMode: true });
    const batch = { consumerGroup: 'first', clientId: 'c', onlyThisBroker: false };
    const body = encodeLockBatch({ ...batch, mqSet: queues(0) });
    const knows = async (talk: FeatureTalk): Promise<boolean> =>
      decodeLockedQueues((await talk.ask(lock, {}, body)).body).length > 0;
    const one = (): Promise<boolean> => knows(master);
    const other = (): Promise<boolean> => knows(slave);
    if (acting) for (const look of [one, other]) await until('knowledge of the other', look);
    await this.lock('locked in both', master, lock, 'c1', queues(0, 1));
    await this.lock('so in the slave too', slave, lock, 'c2', queues(0, 1, 2), true);
    await this.lock('what the slave has given away', master, lock, 'c1', queues(0, 2, 3));
    await this.lock('asked in the slave', slave, lock, 'c3', queues(0, 4));
    await this.lock('so in the master too', master, lock, 'c1', queues(4), true);
    await this.lock('unlocked in both', master, unlock, 'c1', queues(0, 1));
    await this.lock('free in the slave', slave, lock, 'c2', queues(0, 1), true);
    for (const talk of [master, slave]) await talk.config({ lockInStrictMode: false });
    await this.lock('locked in the master', master, lock, 'c1', queues(7));
    await this.lock('and in the slave apart', slave, lock, 'c2', queues(7));
  }

  /** The slave is gone: nobody agrees. */
  async alone(): Promise<void> {
    const { master } = this;
    await until('one broker', async () => (await this.members()) === 1);
    await master.config({ lockInStrictMode: true });
    await this.lock('nobody agrees', master, 'LOCK_BATCH_MQ', 'c1', queues(9));
    await this.lock('unlocked alone', master, 'UNLOCK_BATCH_MQ', 'c1', queues(9));
    await master.config({ lockInStrictMode: false });
  }
}
