// Requests of slaves, of operators and of tools that no other feature asks: counts, check points,
// housekeeping, engines.

import { decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import { until } from '../../support/until.js';
import { assignmentFeature } from './assignment-feature.js';
import { detailFeature } from './detail-feature.js';
import type { FeatureTalk } from './feature-talk.js';
import { consumer } from './running-broker.js';

class Duties {
  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    await this.counts();
    await this.housekeeping();
    await this.engines();
    await this.replication();
    await this.replies();
    await this.clients();
  }

  /** What a slave asks its master. */
  private async counts(): Promise<void> {
    const { talk } = this;
    await talk.topic('Timed');
    const due = String(Date.now() + 3_600_000);
    for (const text of ['a', 'b']) await talk.send('Timed', text, { TIMER_DELIVER_MS: due });
    await talk.send('Timed', 'c', { DELAY: '18' });
    const counted = await until('timed messages', async () => {
      const { body } = await talk.ask('GET_TIMER_METRICS', {});
      return body.includes('"count":2') && body.toString();
    });
    talk.add('timer metrics', steadyJson(counted));
    const { body, code } = await talk.ask('GET_TIMER_CHECK_POINT', {});
    const behindMs = Date.now() - Number(body.readBigInt64BE(0));
    talk.add('check point', String(code), String(body.length), String(behindMs < 10_000));
    const delays = await talk.ask('GET_ALL_DELAY_OFFSET', {});
    talk.add('delay offsets', String(delays.code), steadyJson(delays.body.toString()));
    const groups = await talk.ask('GET_ALL_SUBSCRIPTIONGROUP_CONFIG', {});
    talk.add('groups', String(groups.code), ...sections(groups.body.toString()));
    const list = await talk.ask('GET_SYSTEM_TOPIC_LIST_FROM_BROKER', {});
    const names = list.body.toString().match(/"[\w%-]+"/g) ?? [];
    talk.add('system topics', String(list.code), ...new Set(names.sort()));
    const info = decodeKvTable((await talk.ask('GET_BROKER_RUNTIME_INFO', {})).body);
    const { timerCongestNum, timerOffsetBehind, timerReadBehind } = info;
    const near = String(Number(timerReadBehind) < 10);
    talk.add('timer of the broker', near, timerOffsetBehind!, timerCongestNum!);
  }

  private async housekeeping(): Promise<void> {
    const { talk } = this;
    for (const name of [
      'CLEAN_UNUSED_TOPIC',
      'CLEAN_EXPIRED_CONSUMEQUEUE',
      'DELETE_EXPIRED_COMMITLOG',
      'POP_ROLLBACK',
    ] as const) {
      await talk.note(name, name, {});
    }
    await talk.send('Timed', 'still there');
    await talk.record('Timed', 0, 0);
    await talk.note('RocksDB queues', 'CHECK_ROCKSDB_CQ_WRITE_PROGRESS', { topic: 'Timed' });
    for (const configType of ['topics', 'topics;subscriptionGroups;consumerOffsets', 'x', '']) {
      await talk.note(`export ${configType}`, 'EXPORT_ROCKSDB_CONFIG_TO_JSON', { configType });
    }
  }

  private async engines(): Promise<void> {
    const { talk } = this;
    for (const engine of [undefined, '', 'x', 'R', 'F']) {
      await talk.note(`engine ${engine}`, 'SWITCH_TIMER_ENGINE', { engine });
    }
    const { body } = await talk.ask('GET_BROKER_CONFIG', {});
    const lines = body.toString().split('\n');
    const about = /^timer(RocksDB(Enable|StopScan)|StopEnqueue)=/;
    talk.add('engine now', ...lines.filter((line) => about.test(line)).sort());
  }

  private async replication(): Promise<void> {
    const { talk } = this;
    const status = await talk.ask('GET_BROKER_HA_STATUS', {});
    const text = status.body.toString().replace(/("master\w+Offset|maxOffset")":\d+/g, '$1":0');
    talk.add('replication', String(status.code), text.replace(/:\d{3,}/g, ':*'));
    await talk.note('epochs', 'GET_BROKER_EPOCH_CACHE', {});
    const { code, header } = await talk.ask('EXCHANGE_BROKER_HA_INFO', {});
    const port = header.masterHaAddress?.split(':')[1];
    talk.add(
      'who is master',
      String(code),
      String(Number(port) > 0),
      ...Object.keys(header).sort(),
    );
    for (const masterFlushOffset of [5, -1]) {
      await talk.note(`reset ${masterFlushOffset}`, 'RESET_MASTER_FLUSH_OFFSET', {
        masterFlushOffset,
      });
    }
    const least = { minBrokerId: 0, brokerName: 'broker-z', minBrokerAddr: '127.0.0.1:1' };
    await talk.note('another is least', 'NOTIFY_MIN_BROKER_ID_CHANGE', least);
    await talk.note('none is least', 'NOTIFY_MIN_BROKER_ID_CHANGE', {});
  }

  private async replies(): Promise<void> {
    const { talk } = this;
    const header = {
      ...{ producerGroup: 'p', topic: 'DefaultCluster_REPLY_TOPIC', defaultTopic: 'TBW102' },
      ...{ defaultTopicQueueNums: 1, queueId: 0, sysFlag: 0, flag: 0, unitMode: false },
      ...{ bornTimestamp: Date.now(), batch: false, reconsumeTimes: 0 },
    };
    for (const [what, properties] of Object.entries({
      'to nobody': 'REPLY_TO_CLIENT\u0001nobody\u0002CORRELATION_ID\u00017\u0002',
      'without a client': 'CORRELATION_ID\u00017\u0002',
      'of nothing': '',
    })) {
      const body = Buffer.from('reply');
      await talk.note(`reply ${what}`, 'SEND_REPLY_MESSAGE', { ...header, properties }, body);
    }
  }

  private async clients(): Promise<void> {
    const { talk } = this;
    await talk.note('no producers', 'GET_ALL_PRODUCER_INFO', {});
    await talk.beat({ producerDataSet: [{ groupName: 'pg' }] });
    const { body, code } = await talk.ask('GET_ALL_PRODUCER_INFO', {});
    const facts = body.toString().match(/"(\w+)":("[^"]*"|-?\d+)/g) ?? [];
    const known = facts.map((fact) => fact.replace(/127\.0\.0\.1:\d+/, 'address'));
    const same = known.map((fact) => fact.replace(/("(version|lastUpdateTimestamp)":)\d+/, '$1*'));
    talk.add('producers', String(code), ...same.sort());
    await talk.beat({ consumerDataSet: [consumer('cg', 'Timed')] });
    const offset = { consumerGroup: 'cg', topic: 'Timed', queueId: 0 };
    await talk.note('offset of a new group', 'QUERY_CONSUMER_OFFSET', offset);
  }
}

/** Without times and versions, in one order. */
const steadyJson = (text: string): string =>
  [...text.matchAll(/[^{},[\]]+/g)]
    .map(([part]) => part.replace(/("(timeStamp|timestamp|counter|stateVersion)":)\d+/i, '$1*'))
    .sort()
    .join(' ');

/** Names of the tables of a JSON text, and of one group's fields. */
const sections = (text: string): string[] => [
  ...new Set([...text.matchAll(/"([a-z]\w+)":(?!{"att)/g)].map(([, name]) => name!)),
].sort(); // prettier-ignore

/** Those of a broker that is registered at a name server. */
export const DUTY_FEATURES = {
  assignments: assignmentFeature,
  details: detailFeature,
  duties: (talk) => new Duties(talk).all(),
} satisfies Record<string, (talk: FeatureTalk) => Promise<void>>;
