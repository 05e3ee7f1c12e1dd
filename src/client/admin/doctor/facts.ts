// What an examination starts from: what each name server and each broker says when it is asked.

import type { HaRuntimeInfo } from '../../../protocol/bodies/broker.js';
import {
  type ClusterInfo,
  decodeClusterInfo,
  decodeTopicList,
} from '../../../protocol/bodies/route.js';
import { MASTER_ID } from '../../../protocol/flags.js';
import type { Session } from '../../session.js';
import type { Broker } from '../../targets.js';
import { brokerConfig, haStatus, runtimeInfo } from '../broker.js';

export interface NamesrvFacts {
  address: string;
  /** Why it could not be asked. */
  error?: unknown;
  answerMs: number;
  version: number;
  cluster?: ClusterInfo;
  topics: string[];
}

export interface BrokerFacts extends Broker {
  /** Name servers that list it. */
  seenBy: string[];
  /** Why it could not be asked. */
  error?: unknown;
  answerMs: number;
  /** Of its clock before this one's; negative where it is behind. */
  clockAheadMs?: number;
  info?: Record<string, string>;
  config?: Record<string, string>;
  ha?: HaRuntimeInfo;
  /** Where it listens besides, and why nobody was reached there. */
  ports: { what: 'fast' | 'ha'; address: string; error?: unknown }[];
}

export interface Facts {
  namesrvs: NamesrvFacts[];
  brokers: BrokerFacts[];
}

export async function gatherFacts(session: Session): Promise<Facts> {
  const addresses = session.namesrvAddrs;
  const namesrvs = await Promise.all(addresses.map((one) => askNamesrv(session, one)));
  const brokers = await Promise.all(listed(namesrvs).map((one) => askBroker(session, one)));
  return { namesrvs, brokers };
}

async function askNamesrv(session: Session, address: string): Promise<NamesrvFacts> {
  const facts: NamesrvFacts = { address, answerMs: 0, version: 0, topics: [] };
  const { clock } = session;
  try {
    await session.reach(address);
    const started = clock.monotonic();
    const answer = await session.request(address, 'GET_BROKER_CLUSTER_INFO', {});
    facts.answerMs = clock.monotonic() - started;
    facts.version = answer.version;
    facts.cluster = decodeClusterInfo(answer.body);
    const name = 'GET_ALL_TOPIC_LIST_FROM_NAMESERVER';
    const topics = await session.request(address, name, {});
    facts.topics = decodeTopicList(topics.body).topicList;
  } catch (error) {
    facts.error = error;
  }
  return facts;
}

/** Every address that any of the name servers gives for a broker. */
function listed(namesrvs: readonly NamesrvFacts[]): BrokerFacts[] {
  const found = new Map<string, BrokerFacts>();
  for (const { address: namesrv, cluster } of namesrvs) {
    for (const {
      cluster: clusterName,
      brokerName,
      brokerAddrs,
    } of cluster?.brokerAddrTable.values() ?? []) {
      for (const [brokerId, address] of brokerAddrs) {
        const key = JSON.stringify([clusterName, brokerName, brokerId, address]);
        const one = { clusterName, brokerName, brokerId, address };
        const facts = found.get(key) ?? { ...one, seenBy: [], answerMs: 0, ports: [] };
        facts.seenBy.push(namesrv);
        found.set(key, facts);
      }
    }
  }
  return [...found.values()].sort(
    (a, b) => compare(a.brokerName, b.brokerName) || a.brokerId - b.brokerId,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function askBroker(session: Session, facts: BrokerFacts): Promise<BrokerFacts> {
  const { address } = facts;
  const { clock } = session;
  try {
    await session.reach(address);
    const started = clock.monotonic();
    facts.info = await runtimeInfo(session, address);
    facts.answerMs = clock.monotonic() - started;
    const ahead = clockOf(facts.info);
    if (ahead !== undefined) facts.clockAheadMs = ahead - (clock.now() - facts.answerMs / 2);
    facts.config = await brokerConfig(session, address);
    facts.ha = await haStatus(session, address).catch(() => undefined);
    await askPorts(session, facts, facts.config);
  } catch (error) {
    facts.error = error;
  }
  return facts;
}

/** What time it is at the broker, to the second: when it started, and for how long it has run. */
function clockOf({ bootTimestamp, runtime }: Record<string, string>): number | undefined {
  const parts = /(\d+) days, (\d+) hours, (\d+) minutes, (\d+) seconds/.exec(
    (runtime ?? '').replaceAll(/(\d),(\d)/g, '$1$2'),
  );
  if (!parts || bootTimestamp === undefined) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map(Number);
  const ran = ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!;
  return Number(bootTimestamp) + ran * 1000 + 500;
}

async function askPorts(
  session: Session,
  facts: BrokerFacts,
  config: Record<string, string>,
): Promise<void> {
  const host = facts.address.slice(0, facts.address.lastIndexOf(':'));
  const port = Number(facts.address.slice(facts.address.lastIndexOf(':') + 1));
  facts.ports.push({ what: 'fast', address: `${host}:${port - 2}` });
  const { brokerIP2 = host, haListenPort } = config;
  if (facts.brokerId === MASTER_ID && haListenPort !== undefined) {
    facts.ports.push({ what: 'ha', address: `${brokerIP2}:${haListenPort}` });
  }
  await Promise.all(
    facts.ports.map(async (one) => {
      await session.reach(one.address).catch((error: unknown) => (one.error = error));
    }),
  );
}
