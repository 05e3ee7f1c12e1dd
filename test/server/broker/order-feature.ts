// Locks of queues for consumers that consume in order.

import { decodeLockedQueues, encodeLockBatch } from '../../../src/protocol/bodies/group.js';
import { responseName } from '../../../src/protocol/responses.js';
import type { FeatureTalk } from './feature-talk.js';

const queues = (...ids: number[]) =>
  ids.map((queueId) => ({ topic: 'Ordered', brokerName: 'broker-a', queueId }));

const ORDER = {
  lock: 'LOCK_BATCH_MQ',
  unlock: 'UNLOCK_BATCH_MQ',
} as const;

class Orders {
  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    await this.said('one locks', 'lock', 'c1', queues(0, 1, 2));
    await this.said('another gets the rest', 'lock', 'c2', queues(2, 3));
    await this.said('another has nothing to unlock', 'unlock', 'c2', queues(0, 1));
    await this.said('still locked', 'lock', 'c2', queues(0, 1));
    await this.said('locked again by the owner', 'lock', 'c1', queues(0, 1, 2));
    await this.said('unlocked', 'unlock', 'c1', queues(1));
    await this.said('taken over', 'lock', 'c2', queues(0, 1, 2));
    await this.said('another group', 'lock', 'c2', queues(0), { consumerGroup: 'Second' });
    await this.said('nothing wanted', 'lock', 'c1', []);
    await this.said('an unknown topic', 'lock', 'c1', [
      { topic: 'Nowhere', brokerName: 'broker-z', queueId: -1 },
    ]);
    await this.said('only here', 'lock', 'c1', queues(7), { onlyThisBroker: true });
    await this.said('unlocked only here', 'unlock', 'c1', queues(7), { onlyThisBroker: true });
    await this.said('the same queue twice', 'lock', 'c1', queues(8, 8));
    await this.talk.config({ lockInStrictMode: true });
    await this.said('strict, alone', 'lock', 'c3', queues(0, 9));
    await this.said('strict, unlocked', 'unlock', 'c3', queues(0, 9));
    await this.talk.config({ lockInStrictMode: false });
    await this.inOrder();
  }

  private async said(
    what: string,
    verb: keyof typeof ORDER,
    clientId: string,
    mqSet: ReturnType<typeof queues>,
    changes: object = {},
  ): Promise<void> {
    const batch = { consumerGroup: 'First', clientId, onlyThisBroker: false, mqSet, ...changes };
    const answer = await this.talk.ask(ORDER[verb], {}, encodeLockBatch(batch));
    const facts = [responseName(answer.code), answer.remark ?? ''];
    if (answer.body.length > 0) {
      const locked = decodeLockedQueues(answer.body).map(
        (one) => `${one.topic} ${one.brokerName} ${one.queueId}`,
      );
      facts.push(...locked.sort());
    }
    this.talk.add(what, ...facts);
  }

  /** What a message that fails in order becomes once its group gives it up. */
  private async inOrder(): Promise<void> {
    const { talk } = this;
    await talk.group('InOrder', { consumeMessageOrderly: true, retryMaxTimes: 2 });
    const { body } = await talk.ask('GET_SUBSCRIPTIONGROUP_CONFIG', { group: 'InOrder' });
    talk.add(
      'consumeMessageOrderly',
      /"consumeMessageOrderly":\w+/.exec(body.toString())?.[0] ?? '',
    );
    await talk.topic('Ordered', { readQueueNums: 2, writeQueueNums: 2, order: true });
    await talk.noteTopic('Ordered');
    const { code, header } = await talk.send('Ordered', 'in order', { __SHARDINGKEY: 's' });
    talk.add('sent in order', String(code), `${header.queueId}:${header.queueOffset}`);
    await talk.config({ brokerPermission: 4 });
    const refused = await talk.send('Ordered', 'refused');
    talk.add(
      'an ordered topic of a broker that takes nothing',
      String(refused.code),
      refused.remark ?? '',
    );
    const taken = await talk.send('Ordered', 'x');
    talk.add('still refused', String(taken.code));
    await talk.config({ brokerPermission: 6 });
  }
}

export const orderFeature = (talk: FeatureTalk): Promise<void> => new Orders(talk).all();
