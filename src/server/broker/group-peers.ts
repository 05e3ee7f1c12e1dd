// What a broker asks and tells the others of its group and the name servers (BrokerOuterAPI): who
// is there, that it lives, where the master's log is, how far the acting slave has come.

import { describeError, type Logger } from '../../base/log.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import {
  decodeMemberGroup,
  decodeTopicRoute,
  encodeDataVersion,
} from '../../protocol/bodies/route.js';
import { type DataVersion, dataVersionOf } from '../../protocol/bodies/topic.js';
import type { JsonObject } from '../../protocol/fastjson.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { RemotingClient } from '../../remoting/client.js';
import type { BrokerSettings } from '../../config/tables.js';
import type { Waiting } from './messaging.js';

export interface PeersOptions {
  settings: BrokerSettings;
  client: RemotingClient;
  log: Logger;
  offsets: { readonly dataVersion: DataVersion; takeOver(fields: JsonObject): void };
  topics: { readonly dataVersion: DataVersion };
  brokerAddr(): string;
  logEnd(): number;
}

export interface TakenBack extends Waiting {
  offsets: PeersOptions['offsets'];
}

const TIMEOUT_MS = 3000;
const OPTIONS = { timeoutMs: TIMEOUT_MS };
const MEMBER_TOPIC = 'rmq_sys_SYNC_BROKER_MEMBER_';

export class GroupPeers {
  private known = new Map<number, string>();

  constructor(private readonly options: PeersOptions) {}

  /** Addresses of the others, as last heard. */
  others(): string[] {
    const { brokerId } = this.options.settings.brokerConfig;
    return [...this.known].filter(([id]) => id !== brokerId).map(([, addr]) => addr);
  }

  /** Brokers of the group that are registered; none when no name server answers. */
  async look(): Promise<ReadonlyMap<number, string>> {
    for (const address of this.servers()) {
      try {
        this.known = new Map(await this.ask(address));
        return this.known;
      } catch (error) {
        this.options.log.debug(`members of the group, ${address}: ${describeError(error)}`);
      }
    }
    return new Map();
  }

  /** To name servers of RocketMQ 4 as a question about the version of the topics. */
  async heartbeat(): Promise<void> {
    const { client, settings, topics, brokerAddr } = this.options;
    const { brokerConfig: config } = settings;
    const { brokerClusterName: clusterName, brokerName, brokerId } = config;
    const header = { clusterName, brokerName, brokerAddr: brokerAddr() };
    const told = this.servers().map((address) =>
      config.compatibleWithOldNameSrv
        ? client.oneway(
            address,
            'QUERY_DATA_VERSION',
            { ...header, brokerId },
            encodeDataVersion(topics.dataVersion),
          )
        : client.oneway(address, 'BROKER_HEARTBEAT', header),
    );
    await Promise.allSettled(told);
  }

  async haInfo(master: string) {
    const name = 'EXCHANGE_BROKER_HA_INFO';
    return (await this.options.client.request(master, name, {}, OPTIONS)).header;
  }

  /** Tells a slave that its master is back. */
  async tellMaster(slave: string, masterHaAddress: string, logEnd: number): Promise<void> {
    const masterAddress = this.options.brokerAddr();
    const header = { masterHaAddress, masterAddress, masterFlushOffset: logEnd };
    await this.options.client.request(slave, 'EXCHANGE_BROKER_HA_INFO', header, OPTIONS);
  }

  /** What a slave has done in the master's place, where it is newer (syncMetadataReverse). */
  async takeBack(slave: string, { delay, timers, offsets }: TakenBack): Promise<void> {
    const { client } = this.options;
    const ask = async (name: 'GET_ALL_CONSUMER_OFFSET' | 'GET_ALL_DELAY_OFFSET') => {
      const { body } = await client.request(slave, name, {}, OPTIONS);
      return body.length > 0 ? decodeBody(body, name) : undefined;
    };
    const consumed = await ask('GET_ALL_CONSUMER_OFFSET');
    if (consumed && isNewer(consumed, offsets.dataVersion)) offsets.takeOver(consumed);
    const delayed = await ask('GET_ALL_DELAY_OFFSET');
    if (delayed && isNewer(delayed, delay.dataVersion)) delay.takeOver(delayed);
    if (!this.options.settings.messageStoreConfig.timerWheelEnable) return;
    timers.follow((await client.request(slave, 'GET_TIMER_CHECK_POINT', {}, OPTIONS)).body);
  }

  private async ask(address: string): Promise<ReadonlyMap<number, string>> {
    const { client, settings } = this.options;
    const { brokerClusterName: clusterName, brokerName, ...config } = settings.brokerConfig;
    if (!config.compatibleWithOldNameSrv) {
      const header = { clusterName, brokerName };
      const answer = await client.request(address, 'GET_BROKER_MEMBER_GROUP', header, OPTIONS);
      return decodeMemberGroup(answer.body).brokerAddrs;
    }
    const header = { topic: MEMBER_TOPIC + brokerName, acceptStandardJsonOnly: true };
    const allow = [ResponseCode.TOPIC_NOT_EXIST];
    const answer = await client.request(address, 'GET_ROUTEINFO_BY_TOPIC', header, {
      ...OPTIONS,
      allow,
    });
    if (answer.code !== ResponseCode.SUCCESS) return new Map();
    const data = decodeTopicRoute(answer.body).brokerDatas.find(
      (one) => one.brokerName === brokerName && one.cluster === clusterName,
    );
    return data?.brokerAddrs ?? new Map();
  }

  private servers(): string[] {
    const addresses = this.options.settings.brokerConfig.namesrvAddr.split(';');
    return addresses.map((text) => text.trim()).filter((address) => address !== '');
  }
}

/** DataVersion.compare: the other one is as new, or newer. */
function isNewer(fields: JsonObject, mine: DataVersion): boolean {
  const other = dataVersionOf(fields.dataVersion);
  if (other.stateVersion !== mine.stateVersion) return other.stateVersion > mine.stateVersion;
  if (other.counter !== mine.counter) return other.counter > mine.counter;
  return other.timestamp >= mine.timestamp;
}
