// Checks of topics: do they have brokers, are RocketMQ's own there, may anybody make new ones?

import { Perm, SystemTopic } from '../../../protocol/flags.js';
import { AT_ONCE, inParallel } from '../../in-parallel.js';
import type { Session } from '../../session.js';
import { named } from './brokers.js';
import type { Facts } from './facts.js';
import { Check, type Finding } from './finding.js';
import { listed } from './namesrvs.js';

/** More would take too long; what is wrong with many shows in some. */
const MOST = 5000;

export async function checkTopics(session: Session, { namesrvs }: Facts): Promise<Finding[]> {
  const check = new Check('topics');
  const topics = [...new Set(namesrvs.flatMap((one) => one.topics))].sort().slice(0, MOST);
  if (topics.length === 0) return [];
  const homeless = await inParallel(topics, AT_ONCE, async (topic) => {
    const route = await session.findRoute(topic).catch(() => null);
    return route !== null && (route?.brokerDatas.length ?? 0) === 0 ? [topic] : [];
  });
  const names = homeless.flat();
  if (names.length > 0) {
    const advice = 'start their brokers again, or remove them with mqadmin deleteTopic';
    check.warn(`no broker has ${listed(names)}`, advice);
  }
  return check.orOk(`${topics.length}, each with a broker`);
}

/** Those without which a broker's own work stops. */
const NEEDED = [SystemTopic.TRANS_HALF, SystemTopic.SCHEDULE, SystemTopic.SELF_TEST];

export async function checkSystemTopics(session: Session, facts: Facts): Promise<Finding[]> {
  const check = new Check('system topics');
  const masters = facts.brokers.filter(({ brokerId, config }) => brokerId === 0 && config);
  for (const broker of masters) {
    const auto = broker.config!.autoCreateTopicEnable === 'true' ? [SystemTopic.AUTO_CREATE] : [];
    const own = [broker.clusterName, broker.brokerName];
    const lacking: string[] = [];
    let wiped = false;
    for (const topic of [...NEEDED, ...auto, ...own]) {
      const route = await session.findRoute(topic).catch(() => undefined);
      const queues = route?.queueDatas.find(({ brokerName }) => brokerName === broker.brokerName);
      if (!queues) lacking.push(topic);
      else if (topic === broker.brokerName) wiped = !(queues.perm & Perm.WRITE);
    }
    if (lacking.length > 0) {
      const advice = 'it registers them every 30 s: run this again, then restart it';
      check.warn(`${named(broker)} lacks ${listed(lacking)}`, advice);
    }
    if (wiped) {
      const advice = `mqadmin addWritePerm -b ${broker.brokerName}, once it is to be written again`;
      check.warn(`the name server gives ${named(broker)} no permission to write`, advice);
    }
  }
  return check.orOk(masters.length > 0 ? 'all there' : undefined);
}

export function checkAutoCreate({ brokers }: Facts): Finding[] {
  const check = new Check('automatic topics');
  const auto = brokers.filter(
    ({ brokerId, config }) => brokerId === 0 && config?.autoCreateTopicEnable === 'true',
  );
  if (auto.length > 0) {
    const text = `${auto.map(named).join(', ')}: a mistyped topic becomes a new one`;
    check.warn(text, 'for production set autoCreateTopicEnable=false, and make topics first');
  }
  const asked = brokers.some(({ config }) => config !== undefined);
  return check.orOk(asked ? 'nobody makes a topic by a slip of the pen' : undefined);
}
