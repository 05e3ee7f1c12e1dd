// Subscriptions and the filters that come of them: by tags, by SQL92, of clients that differ.

import { hashCode, type Properties } from '../../../src/protocol/properties.js';
import type { Req } from '../../../src/protocol/requests/index.js';
import { decodeRecords } from '../../../src/protocol/message.js';
import { responseName } from '../../../src/protocol/responses.js';
import type { FeatureTalk } from './feature-talk.js';

type Pull = Partial<Req<'PULL_MESSAGE'>>;

const SQL = 'SQL92';

/** Tags whose hashes are the same. */
const [SAME, OTHER] = ['Aa', 'BB'];

const MESSAGES: [string, Properties][] = [
  ['red', { TAGS: 'A', colour: 'red', price: '5' }],
  ['blue', { TAGS: 'B', colour: 'blue', price: '15' }],
  ['none', { colour: 'green' }],
  ['same', { TAGS: SAME }],
  ['other', { TAGS: OTHER, price: 'many', sold: 'true' }],
  ['both', { TAGS: 'A || B', price: '-2', sold: 'FALSE' }],
];

const BY_HEARTBEAT = [
  'TRUE',
  "colour LIKE 'r%'",
  'price >',
  '1',
  "'text'",
  '',
  '(',
  "a = 'b",
  'price > 4',
];

class Filters {
  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    const { talk } = this;
    await talk.topic('Filtered');
    await talk.topic('ManyTags', { topicFilterType: 'MULTI_TAG' });
    for (const topic of ['Filtered', 'ManyTags']) {
      for (const [text, properties] of MESSAGES) await talk.send(topic, text, properties);
      await talk.record(topic, 0, MESSAGES.length - 1);
    }
    await talk.noteRecord('many tags', 'ManyTags', 0, 0);
    await this.tags();
    await this.expressions();
    await this.heartbeats();
    await this.versions();
    await this.kinds();
    await this.notEnabled();
  }

  private async pull(what: string, changes: Pull): Promise<void> {
    const header = this.talk.pullHeader('Filtered', changes);
    const { code, remark, body, ext } = await this.talk.ask('PULL_MESSAGE', header);
    const bodies = decodeRecords(body).map((record) => record.body.toString());
    this.talk.add(what, responseName(code), remark ?? '', ext?.nextBeginOffset ?? '', ...bodies);
  }

  private async tags(): Promise<void> {
    const texts = [
      'A',
      'A || B',
      'B||',
      '|| ',
      ' ',
      '*',
      '* || A',
      'a',
      SAME,
      'A || B || C',
      '%',
      'A|B',
    ];
    for (const subscription of texts) {
      await this.pull(`tags ${JSON.stringify(subscription)}`, { subscription });
      const changes = { subscription, topic: 'ManyTags' };
      await this.pull(`of many tags ${JSON.stringify(subscription)}`, changes);
    }
    await this.pull('a class filter', { subscription: 'A', sysFlag: 12 });
    await this.pull('from the fourth on', { subscription: 'A', queueOffset: 3, maxMsgNums: 1 });
  }

  private async expressions(): Promise<void> {
    for (const subscription of [
      "colour = 'red'",
      "colour <> 'red'",
      'price > 4 AND price < 20',
      'price BETWEEN 5 AND 15',
      'price NOT BETWEEN 5 AND 15',
      "colour IN ('red', 'green')",
      "colour NOT IN ('red', 'green')",
      'price IS NULL',
      'price IS NOT NULL AND NOT (price = 5)',
      'sold = TRUE',
      'sold = FALSE',
      'sold',
      "TAGS = 'A' OR colour CONTAINS 'lu'",
      "colour STARTSWITH 'r'",
      "colour NOT STARTSWITH 'r'",
      "colour ENDSWITH 'n'",
      "colour NOT ENDSWITH 'n'",
      "colour NOT CONTAINS 'e'",
      'price > 1.5',
      '-price > 1',
      'TRUE',
      'FALSE',
      'NULL',
      'missing > 3 OR price = 5',
      "colour > 'a'",
    ]) {
      await this.pull(subscription, { subscription, expressionType: SQL });
    }
    for (const [i, subString] of BY_HEARTBEAT.entries()) {
      const consumerGroup = `Sql${i}`;
      await this.beat(consumerGroup, { subString, expressionType: SQL });
      await this.pull(`by heartbeat: ${subString}`, { consumerGroup, sysFlag: 0, subVersion: 1 });
    }
  }

  private async beat(groupName: string, changes: object, clientID = 'client@1'): Promise<void> {
    const one = {
      ...{ topic: 'Filtered', subString: 'A', tagsSet: [], codeSet: [], subVersion: 1 },
      ...{ expressionType: 'TAG', classFilterMode: false, ...changes },
    };
    await this.talk.beat({
      clientID,
      consumerDataSet: [
        {
          ...{ groupName, consumeType: 'CONSUME_PASSIVELY', messageModel: 'CLUSTERING' },
          ...{ consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET', unitMode: false },
          subscriptionDataSet: [one],
        } as never,
      ],
    });
  }

  private async heartbeats(): Promise<void> {
    const by = (consumerGroup: string, subVersion = 1) => ({
      consumerGroup,
      sysFlag: 0,
      subVersion,
    });
    await this.pull('no heartbeat', by('Nobody'));
    await this.pull('after a pull of its own', { consumerGroup: 'Nobody', subscription: 'A' });
    await this.pull('still no heartbeat', by('Nobody'));
    await this.beat('Codes', { subString: 'A', codeSet: [hashCode('B')] });
    await this.pull('the codes decide', by('Codes'));
    await this.beat('NoCodes', { subString: 'A' });
    await this.pull('no codes', by('NoCodes'));
    await this.beat('Class', { subString: 'A', classFilterMode: true });
    await this.pull('a class decides', by('Class'));
    await this.pull('another topic', { ...by('Class'), topic: 'ManyTags' });
    await this.pull('newer than the heartbeat', by('Codes', 2));
    await this.pull('older than the heartbeat', by('Codes', 0));
    await this.pull('brings its own', { ...by('Codes', 9), sysFlag: 4, subscription: 'A' });
    await this.beat(
      'Codes',
      { subString: 'A', codeSet: [hashCode('A')], subVersion: 5 },
      'client@2',
    );
    await this.pull('another member is newer', by('Codes', 1));
    await this.beat('Codes', { subString: 'B', codeSet: [hashCode('B')], subVersion: 4 });
    await this.pull('another member is older', by('Codes', 5));
  }

  /** An expression changes, and other members of the group are not so far. */
  private async versions(): Promise<void> {
    const by = (subVersion: number) => ({ consumerGroup: 'Versions', sysFlag: 0, subVersion });
    const sql = (subString: string, subVersion: number) =>
      this.beat('Versions', { subString, subVersion, expressionType: SQL });
    await sql("colour = 'red'", 5);
    await this.pull('first expression', by(5));
    await this.pull('an older pull', by(4));
    await this.pull('a newer pull', by(6));
    await sql("colour = 'blue'", 4);
    await this.pull('an older expression', by(5));
    await sql("colour = 'blue'", 6);
    await this.pull('a newer expression', by(6));
    await sql('colour >', 7);
    await this.pull('a wrong expression', by(7));
    await sql("colour = 'red'", 8);
    await this.pull('a right expression', by(8));
    await this.beat('Versions', { subString: 'B', codeSet: [hashCode('B')], subVersion: 9 });
    await this.pull('tags instead', by(9));
    await sql("colour = 'green'", 10);
    await this.pull('an expression again', by(10));
    await this.beat('Versions', { topic: 'ManyTags', subVersion: 11 });
    await this.pull('no longer subscribed', by(10));
  }

  private async kinds(): Promise<void> {
    await this.beat('Kinds', { subString: 'x', expressionType: 'FOO' });
    await this.pull('an unknown kind', { consumerGroup: 'Kinds', sysFlag: 0 });
    await this.beat('NoKind', { subString: 'A', codeSet: [hashCode('A')], expressionType: '' });
    await this.pull('an empty kind', { consumerGroup: 'NoKind', sysFlag: 0 });
    await this.pull('an empty kind of its own', { subscription: 'A', expressionType: '' });
    await this.pull('small letters', { subscription: "colour = 'red'", expressionType: 'sql92' });
  }

  private async notEnabled(): Promise<void> {
    const { talk } = this;
    await talk.config({ enablePropertyFilter: false });
    await this.pull('not enabled', { subscription: 'TRUE', expressionType: SQL });
    await this.pull('not enabled, wrong', { subscription: 'a >', expressionType: SQL });
    await this.beat('Off', { subString: 'TRUE', expressionType: SQL });
    await this.pull('not enabled, by heartbeat', { consumerGroup: 'Off', sysFlag: 0 });
    await talk.note('check', 'CHECK_CLIENT_CONFIG', {}, checkBody('TRUE'));
    await talk.config({ enablePropertyFilter: true });
    await talk.note('check: right', 'CHECK_CLIENT_CONFIG', {}, checkBody('TRUE'));
    await talk.note('check: wrong', 'CHECK_CLIENT_CONFIG', {}, checkBody("a LIKE 'b'"));
    await talk.note('check: kind', 'CHECK_CLIENT_CONFIG', {}, checkBody('x', 'FOO'));
    await talk.note('check: tags', 'CHECK_CLIENT_CONFIG', {}, checkBody('x', 'TAG'));
  }
}

function checkBody(subString: string, expressionType = SQL): Buffer {
  const subscriptionData = { topic: 'Filtered', subString, expressionType, subVersion: 1 };
  return Buffer.from(JSON.stringify({ clientId: 'c', group: 'Checked', subscriptionData }));
}

export const filterFeature = (talk: FeatureTalk): Promise<void> => new Filters(talk).all();
