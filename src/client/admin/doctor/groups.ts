// Check of consumer groups: messages that wait for consumers that are not there.

import { MASTER_ID } from '../../../protocol/flags.js';
import { inParallel } from '../../in-parallel.js';
import type { Session } from '../../session.js';
import { consumerConnection } from '../clients.js';
import { brokerConsumeStats } from '../groups.js';
import { isSystemGroup } from '../tables.js';
import type { Facts } from './facts.js';
import { Check, type Finding } from './finding.js';

/** Messages that wait, by group. */
export type Waiting = Map<string, number>;

export async function waitingByGroup(session: Session, { brokers }: Facts): Promise<Waiting> {
  const waiting: Waiting = new Map();
  const masters = brokers.filter(({ brokerId, info }) => brokerId === MASTER_ID && info);
  for (const { address } of masters) {
    const { timeoutMs } = session;
    const list = await brokerConsumeStats(session, address, { timeoutMs }).catch(() => undefined);
    for (const [group, all] of list?.consumeStatsList.flatMap((one) => [...one]) ?? []) {
      const offsets = all.flatMap(({ offsetTable }) => [...offsetTable.values()]);
      const lag = offsets.reduce((sum, one) => sum + one.brokerOffset - one.consumerOffset, 0);
      waiting.set(group, (waiting.get(group) ?? 0) + lag);
    }
  }
  return waiting;
}

const AT_ONCE = 16;
const MOST = 200;
/** A group whose consumers keep up may be this far behind at any moment. */
const MANY = 10_000;

/** `before` was asked a moment earlier: what grew is more urgent. */
export async function checkGroups(
  session: Session,
  before: Waiting,
  now: Waiting,
): Promise<Finding[]> {
  const check = new Check('consumer groups');
  const lagging = [...now].filter(([group, lag]) => lag > 0 && !isSystemGroup(group));
  lagging.sort(([, a], [, b]) => b - a);
  const found = await inParallel(lagging.slice(0, MOST), AT_ONCE, async ([group, lag]) => {
    const connection = await consumerConnection(session, { group }).catch(() => undefined);
    return { group, lag, grew: lag - (before.get(group) ?? lag), online: connection !== undefined };
  });
  for (const { group, lag, grew, online } of found) {
    const growing = grew > 0 ? `, ${grew} more than a moment ago` : '';
    const text = `${group}: ${lag} messages wait${growing}`;
    if (!online) {
      const advice = `start its consumers, or remove it: mqadmin deleteSubGroup -g ${group}`;
      if (grew > 0) check.fail(`${text}, and no consumer is connected`, advice);
      else check.warn(`${text}, and no consumer is connected`, advice);
    } else if (lag > MANY) {
      const advice = `mqadmin consumerProgress -g ${group} shows where; add consumers or queues`;
      check.warn(text, advice);
    }
  }
  return check.orOk(now.size > 0 ? `${now.size}, none with messages left behind` : undefined);
}
