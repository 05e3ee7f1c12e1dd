// Queues that the broker assigns to clients, by all strategies and ways of reading.

import {
  type AssignmentQuery,
  encodeAssignmentQuery,
  encodeRequestMode,
} from '../../../src/protocol/bodies/assignment.js';
import { decodeBody, objectOf, objectsOf } from '../../../src/protocol/bodies/json.js';
import { responseName } from '../../../src/protocol/responses.js';
import { until } from '../../support/until.js';
import type { FeatureTalk } from './feature-talk.js';
import { consumer } from './running-broker.js';

type Query = AssignmentQuery;

const GROUP = 'sharing';
const STRATEGIES = ['AVG', 'AVG_BY_CIRCLE', 'CONSISTENT_HASH', 'MACHINE_ROOM', ''];

class Assignments {
  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    const { talk } = this;
    await talk.topic('Shared', { readQueueNums: 5, writeQueueNums: 5 });
    await until(
      'a route',
      async () => (await this.ask({ messageModel: 'BROADCASTING' })) !== 'none',
    );
    await this.say('nobody there');
    for (const clientID of ['c1', 'c2', 'c3']) await this.join(clientID);
    for (const strategyName of STRATEGIES) await this.each('pull', { strategyName });
    await this.say('broadcast', { messageModel: 'BROADCASTING' });
    await this.say('unknown topic', { topic: 'Nowhere' });
    await this.say('retries', { topic: '%RETRY%sharing' });
    await this.say('a light topic', { topic: '%LMQ%light' });
    for (const share of [-1, 0, 1, 2]) {
      await this.mode(`share ${share}`, { popShareQueueNum: share });
      for (const strategyName of STRATEGIES.slice(0, 3))
        await this.each(`share ${share}`, { strategyName });
    }
    for (const clientID of ['c4', 'c5', 'c6', 'c7']) await this.join(clientID);
    await this.each('more clients than queues', {}, ['c1', 'c2', 'c6', 'c7', 'stranger']);
    await this.mode('share 1 of many', { popShareQueueNum: 1 });
    await this.each('shared among many', {}, ['c1', 'c2', 'c6', 'c7', 'stranger']);
    await this.mode('pull again', { mode: 'PULL', popShareQueueNum: 0 });
    await this.each('pulled by many', {}, ['c1', 'c2', 'c6', 'c7', 'stranger']);
    await talk.config({ serverLoadBalancerEnable: false });
    await this.say('not balanced here');
    await talk.config({ serverLoadBalancerEnable: true });
    await this.modes();
  }

  private async modes(): Promise<void> {
    const { talk } = this;
    await this.mode('of retries', { topic: '%RETRY%sharing' });
    await this.mode('of no topic', { topic: 'Nowhere' });
    await talk.config({ autoCreateSubscriptionGroup: false });
    await this.mode('of no group', { consumerGroup: 'nobody' });
    await talk.config({ autoCreateSubscriptionGroup: true });
    await this.mode('of another group', { consumerGroup: 'other', popShareQueueNum: 8 });
    const { body, code } = await talk.ask('GET_ALL_MESSAGE_REQUEST_MODE', {});
    const facts = body.toString().match(/[^{},]+/g) ?? [];
    talk.add('all modes', String(code), ...facts.sort());
  }

  private async join(clientID: string): Promise<void> {
    const client = this.talk.newClient();
    await this.talk.beat({ clientID, consumerDataSet: [consumer(GROUP, 'Shared')] }, client);
  }

  private async ask(changes: Partial<Query>): Promise<string> {
    const query: Query = {
      ...{ topic: 'Shared', consumerGroup: GROUP, clientId: 'c1', strategyName: 'AVG' },
      messageModel: 'CLUSTERING',
      ...changes,
    };
    const answer = await this.talk.ask('QUERY_ASSIGNMENT', {}, encodeAssignmentQuery(query));
    if (answer.code !== 0) return `${responseName(answer.code)} ${answer.remark}`;
    const { messageQueueAssignments: list } = decodeBody(answer.body, 'assignments');
    if (list === undefined || list === null) return 'none';
    const texts = objectsOf(list).map(({ messageQueue, mode }) => {
      const { brokerName, queueId, topic } = objectOf(messageQueue);
      return `${String(topic)} ${String(brokerName)} ${Number(queueId)} ${String(mode)}`;
    });
    return texts.sort().join(', ');
  }

  private async say(what: string, changes: Partial<Query> = {}): Promise<void> {
    this.talk.add(what, await this.ask(changes));
  }

  private async each(what: string, changes: Partial<Query>, clients = ['c1', 'c2', 'c3', 'x']) {
    for (const clientId of clients) {
      await this.say(`${what}: ${changes.strategyName ?? ''} ${clientId}`, {
        ...changes,
        clientId,
      });
    }
  }

  private async mode(what: string, changes: object): Promise<void> {
    const wish = { topic: 'Shared', consumerGroup: GROUP, mode: 'POP', popShareQueueNum: 0 };
    const body = encodeRequestMode({ ...wish, ...changes } as never);
    await this.talk.note(`mode ${what}`, 'SET_MESSAGE_REQUEST_MODE', {}, body);
  }
}

export const assignmentFeature = (talk: FeatureTalk): Promise<void> => new Assignments(talk).all();
