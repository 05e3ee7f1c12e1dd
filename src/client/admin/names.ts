// What a person may name in a command: topics, groups, clusters and brokers, asked for quickly.

import { MASTER_ID, RETRY_PREFIX } from '../../protocol/flags.js';
import type { Session } from '../session.js';
import { type Broker, brokersOf } from '../targets.js';
import { allGroupConfigs, isSystemGroup } from './tables.js';
import { listTopics } from './topics.js';

export interface ClusterNames {
  topic: string[];
  group: string[];
  cluster: string[];
  brokerName: string[];
  brokerAddr: string[];
}

/** What brokers have not told when `late` resolves is left out. */
export async function clusterNames(session: Session, late: Promise<void>): Promise<ClusterNames> {
  const [topics, brokers] = await Promise.all([listTopics(session), brokersOf(session)]);
  const groups = new Set(
    topics.filter((topic) => topic.startsWith(RETRY_PREFIX)).map((topic) => retriedBy(topic)),
  );
  const told = Promise.allSettled(
    brokers.filter(isMaster).map(async ({ address }) => {
      const table = await allGroupConfigs(session, address);
      for (const group of table.subscriptionGroupTable.keys()) groups.add(group);
    }),
  );
  await Promise.race([told, late]);
  const distinct = (names: string[]): string[] => [...new Set(names)].sort();
  return {
    topic: topics.filter((topic) => !topic.startsWith('%')).sort(),
    group: distinct([...groups].filter((group) => !isSystemGroup(group))),
    cluster: distinct(brokers.map(({ clusterName }) => clusterName)),
    brokerName: distinct(brokers.map(({ brokerName }) => brokerName)),
    brokerAddr: distinct(brokers.map(({ address }) => address)),
  };
}

const isMaster = ({ brokerId }: Broker): boolean => brokerId === MASTER_ID;

/** POP's retry topics are named group+topic. */
const retriedBy = (topic: string): string => topic.slice(RETRY_PREFIX.length).replace(/\+.*$/, '');
