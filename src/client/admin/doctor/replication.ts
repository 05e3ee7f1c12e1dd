// Checks of what brokers call themselves, and of masters and their slaves.

import { MASTER_ID } from '../../../protocol/flags.js';
import { named } from './brokers.js';
import type { BrokerFacts, Facts } from './facts.js';
import { Check, type Finding } from './finding.js';

export function checkIdentities({ brokers }: Facts): Finding[] {
  const check = new Check('broker names and ids');
  const own = 'give each broker a brokerName of its own, and each slave another brokerId';
  for (const same of groupsBy(brokers, ({ brokerName, brokerId }) => `${brokerName} ${brokerId}`)) {
    if (same.length < 2) continue;
    const where = same.map(({ address }) => address).join(' and ');
    check.fail(`${named(same[0]!)} is at ${where}: one takes the other's place`, own);
  }
  for (const same of groupsBy(brokers, ({ address }) => address)) {
    if (same.length < 2) continue;
    const who = same.map(named).join(' and ');
    check.fail(`${same[0]!.address} is registered as ${who}`, own);
  }
  for (const same of groupsBy(brokers, ({ brokerName }) => brokerName)) {
    const clusters = new Set(same.map(({ clusterName }) => clusterName));
    if (clusters.size > 1) {
      check.fail(`${same[0]!.brokerName} is in the clusters ${[...clusters].join(' and ')}`, own);
    }
    if (same.some(({ brokerId }) => brokerId === MASTER_ID)) continue;
    const advice = 'start its master: nothing can be written to it until then';
    check.fail(`${same[0]!.brokerName} has no master`, advice);
  }
  for (const broker of brokers) impostor(check, broker);
  return check.orOk(brokers.length > 0 ? 'each broker has its own' : undefined);
}

/** Who answers at the address may be another than who is registered. */
function impostor(check: Check, broker: BrokerFacts): void {
  const { config, address } = broker;
  if (!config || config.brokerName === undefined) return;
  const says = { brokerName: config.brokerName, brokerId: Number(config.brokerId ?? 0) };
  if (says.brokerName === broker.brokerName && says.brokerId === broker.brokerId) return;
  const other = `${says.brokerName} (id ${says.brokerId})`;
  const text = `at ${address} ${other} answers for ${named(broker)}`;
  check.fail(text, 'two brokers have this address or name: give each its own, restart both');
}

function groupsBy(
  brokers: readonly BrokerFacts[],
  keyOf: (broker: BrokerFacts) => string,
): BrokerFacts[][] {
  const groups = new Map<string, BrokerFacts[]>();
  for (const broker of brokers) {
    const key = keyOf(broker);
    groups.set(key, [...(groups.get(key) ?? []), broker]);
  }
  return [...groups.values()];
}

const LAG_WARN_BYTES = 16 * 1024 * 1024;
/** RocketMQ's haMaxGapNotInSync by default: a slave that is further behind does not count. */
const LAG_FAIL_BYTES = 256 * 1024 * 1024;

export function checkReplication({ brokers }: Facts): Finding[] {
  const check = new Check('replication');
  let slaves = 0;
  for (const master of brokers.filter(({ brokerId }) => brokerId === MASTER_ID)) {
    const { ha, config } = master;
    if (!ha) continue;
    const own = brokers.filter(
      ({ brokerName, brokerId }) => brokerName === master.brokerName && brokerId !== MASTER_ID,
    );
    slaves += own.length;
    const connected = ha.haConnectionInfo.length;
    if (connected < own.length) {
      const place = `${config?.brokerIP2 ?? 'its brokerIP2'}:${config?.haListenPort}`;
      const advice = `can they connect to ${place}?`;
      check.fail(`${named(master)}: ${connected} of ${own.length} slaves are connected`, advice);
    }
    if (config?.brokerRole === 'SYNC_MASTER' && connected === 0) {
      const advice = 'start a slave, or make it an ASYNC_MASTER: senders wait for a copy in vain';
      check.fail(`${named(master)} is a SYNC_MASTER without a slave`, advice);
    }
    for (const { addr, diff } of ha.haConnectionInfo) {
      const text = `the slave ${addr} of ${named(master)} is ${megabytes(diff)} MB behind`;
      const advice = 'it catches up by itself unless its disk or the network is too slow';
      if (diff > LAG_FAIL_BYTES) check.fail(text, advice);
      else if (diff > LAG_WARN_BYTES) check.warn(text, advice);
    }
  }
  return check.orOk(slaves > 0 ? `${slaves} slaves are connected and near` : undefined);
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
