// Messages that come back: sent back by their consumers, sent to retry topics, and dead letters.

import { encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { type FeatureTalk, placeOf } from './feature-talk.js';

type Back = Partial<Req<'CONSUMER_SEND_MSG_BACK'>>;

const SCHEDULE = 'SCHEDULE_TOPIC_XXXX';

class Retries {
  private place = 0;
  private readonly waited = new Map<number, number>();

  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    await this.prepare();
    await this.levels();
    await this.groups();
    await this.limits();
    await this.refusals();
    await this.sentByConsumers();
    await this.consuming();
  }

  private async prepare(): Promise<void> {
    const { talk } = this;
    await talk.topic('Origin');
    const props = { TAGS: 'A', KEYS: 'k', own: 'value' };
    const { header } = await talk.send('Origin', 'origin', props, { flag: 7, sysFlag: 2 });
    this.place = placeOf(header.msgId);
  }

  private back(what: string, group: string, changes: Back = {}) {
    return this.talk.note(what, 'CONSUMER_SEND_MSG_BACK', {
      offset: this.place,
      group,
      delayLevel: 0,
      originMsgId: 'origin',
      originTopic: 'Origin',
      unitMode: false,
      maxReconsumeTimes: 16,
      ...changes,
    });
  }

  /** The next record of the queue where messages of a level wait. */
  private async waiting(what: string, level: number): Promise<void> {
    const offset = this.waited.get(level) ?? 0;
    this.waited.set(level, offset + 1);
    await this.talk.noteRecord(what, SCHEDULE, level - 1, offset);
  }

  private async levels(): Promise<void> {
    const { talk } = this;
    await this.back('level 0', 'Levels');
    await this.waiting('level 0 is 3 and the tries', 3);
    await talk.noteTopic('%RETRY%Levels');
    await this.back('level 5', 'Levels', { delayLevel: 5 });
    await this.waiting('level 5 waits', 5);
    await this.back('level 99', 'Levels', { delayLevel: 99 });
    await this.waiting('level 99 waits', 18);
    await this.back('level 1', 'Levels', { delayLevel: 1 });
    await this.waiting('level 1 waits', 1);
    const retried = await talk.noteRecord('level 1 is delivered', '%RETRY%Levels', 0, 0);
    this.place = retried.physicalOffset;
    await this.back('once more', 'Levels');
    await this.waiting('once more waits longer', 4);
    await this.back('unit mode', 'Units', { unitMode: true });
    await talk.noteTopic('%RETRY%Units');
    await this.back('namespace', 'NS1%Spaced', { delayLevel: 18 });
    await this.waiting('namespace waits', 18);
    await talk.noteTopic('%RETRY%NS1%Spaced');
    await this.back('no more names', 'Levels', { originMsgId: undefined, originTopic: undefined });
  }

  private async groups(): Promise<void> {
    const { talk } = this;
    await talk.group('NoQueues', { retryQueueNums: 0 });
    await this.back('no retry queues', 'NoQueues');
    await talk.noteTopic('%RETRY%NoQueues');
    await talk.group('Three', { retryQueueNums: 3, retryMaxTimes: 1 });
    await this.back('three queues', 'Three');
    await talk.noteTopic('%RETRY%Three');
    await talk.group('Closed', { consumeEnable: false });
    await this.back('consumeEnable=false', 'Closed');
    await talk.config({ autoCreateSubscriptionGroup: false });
    await this.back('unknown group', 'Unknown');
    await talk.config({ autoCreateSubscriptionGroup: true });
  }

  private async limits(): Promise<void> {
    const { talk } = this;
    for (const [what, changes] of [
      ['the limit of the client', { maxReconsumeTimes: 1 }],
      ['no limit left', { maxReconsumeTimes: 0 }],
      ['a limit below zero', { maxReconsumeTimes: -1 }],
      ['level -1', { delayLevel: -1 }],
    ] as const) {
      const group = `Limit${what.length}`;
      await this.back(what, group, changes);
      await talk.noteRecord(`${what}: dead`, `%DLQ%${group}`, 0, 0);
      await talk.noteTopic(`%DLQ%${group}`);
    }
    await this.back('the limit of the group', 'Three', { maxReconsumeTimes: undefined });
    await talk.noteRecord('the limit of the group: dead', '%DLQ%Three', 0, 0);
    await talk.pull('dead letters are read', '%DLQ%Three', { consumerGroup: 'Three' });
    await talk.topic('%DLQ%Ready', { perm: 0, readQueueNums: 2, writeQueueNums: 2 });
    await this.back('a dead letter topic that is there', 'Ready', { delayLevel: -1 });
    await talk.noteTopic('%DLQ%Ready');
  }

  private async refusals(): Promise<void> {
    const { talk } = this;
    for (const offset of [-1, 999_999_999]) {
      const { code, remark } = await talk.ask('CONSUMER_SEND_MSG_BACK', {
        ...{ offset, group: 'Levels', delayLevel: 0, maxReconsumeTimes: 16 },
      });
      talk.add('no message there', String(code), (remark ?? '').replace(/-?\d+$/, 'place'));
    }
    await this.back('a bad name', 'a b');
    await talk.topic('%RETRY%Mute', { perm: 4 });
    await this.back('a retry topic that takes nothing', 'Mute');
    await talk.topic('Origin', { perm: 0 });
    await this.back('an origin without permissions', 'Levels');
    await talk.config({ brokerPermission: 4 });
    await this.back('a broker that takes nothing', 'Levels');
    await talk.config({ brokerPermission: 6 });
  }

  /** What clients do when CONSUMER_SEND_MSG_BACK fails, and consumers in order. */
  private async sentByConsumers(): Promise<void> {
    const { talk } = this;
    const properties = { RETRY_TOPIC: 'Origin', DELAY: '5', ORIGIN_MESSAGE_ID: 'first' };
    const send = async (what: string, topic: string, changes: object): Promise<void> => {
      const answer = await talk.send(topic, what, properties, changes);
      const { queueId, queueOffset } = answer.header;
      talk.add(what, String(answer.code), answer.remark ?? '', `${queueId}:${queueOffset}`);
    };
    await talk.group('Own', { retryMaxTimes: 3 });
    await talk.topic('%RETRY%Own', { readQueueNums: 4, writeQueueNums: 4 });
    await send('tries left', '%RETRY%Own', { queueId: 2, reconsumeTimes: 3 });
    await this.waiting('tries left: waits', 5);
    await send('no tries left', '%RETRY%Own', { queueId: 2, reconsumeTimes: 4 });
    await talk.noteRecord('no tries left: dead', '%DLQ%Own', 0, 0);
    const limit = { queueId: 2, reconsumeTimes: 2, maxReconsumeTimes: 1 };
    await send('own limit', '%RETRY%Own', limit);
    await talk.noteRecord('own limit: dead', '%DLQ%Own', 0, 1);
    const mqSet = [{ topic: 'Origin', brokerName: 'broker-a', queueId: 0 }];
    const lock = { consumerGroup: 'Own', clientId: 'c', onlyThisBroker: false, mqSet };
    await talk.ask('LOCK_BATCH_MQ', {}, encodeLockBatch(lock));
    await send('in order', '%RETRY%Own', { reconsumeTimes: 1 });
    await talk.noteRecord('in order: dead at once', '%DLQ%Own', 0, 2);
    await send('to dead letters', '%DLQ%Own', {});
    await this.waiting('to dead letters: waits', 5);
    await send('a new retry topic', '%RETRY%Fresh', {});
    await talk.noteTopic('%RETRY%Fresh');
    await send('a new retry topic of units', '%RETRY%Fresh2', { unitMode: true });
    await talk.noteTopic('%RETRY%Fresh2');
    const batch = talk.send('%RETRY%Own', 'x', {}, { batch: true });
    const { code, remark } = await batch;
    talk.add('a batch', String(code), remark ?? '');
    await talk.config({ autoCreateSubscriptionGroup: false });
    await send('an unknown group', '%RETRY%Unknown', {});
    await talk.config({ autoCreateSubscriptionGroup: true });
  }

  /** Groups that may not consume. */
  private async consuming(): Promise<void> {
    const { talk } = this;
    await talk.topic('Free');
    await talk.send('Free', 'free');
    await talk.pull('consumeEnable=false pulls', 'Free', { consumerGroup: 'Closed' });
    const own = { consumerGroup: 'Closed', sysFlag: 0 };
    await talk.pull('consumeEnable=false pulls by its heartbeat', 'Free', own);
    await talk.group('NoBroadcast', { consumeBroadcastEnable: false });
    await talk.pull('an own subscription', 'Free', { consumerGroup: 'NoBroadcast' });
    const subscription = {
      ...{ topic: 'Free', subString: '*', tagsSet: [], codeSet: [], subVersion: 1 },
      ...{ expressionType: 'TAG', classFilterMode: false },
    };
    const consumer = {
      ...{ groupName: 'NoBroadcast', consumeType: 'CONSUME_PASSIVELY' as const },
      ...{ messageModel: 'BROADCASTING' as const, unitMode: false },
      ...{ consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' as const },
      subscriptionDataSet: [subscription],
    };
    await talk.beat({ consumerDataSet: [consumer] });
    await talk.pull('broadcast', 'Free', { consumerGroup: 'NoBroadcast', sysFlag: 0 });
    await talk.pull('broadcast, an own subscription', 'Free', { consumerGroup: 'NoBroadcast' });
  }
}

export const retryFeature = (talk: FeatureTalk): Promise<void> => new Retries(talk).all();
