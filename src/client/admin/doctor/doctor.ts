// mqadmin doctor: examines a cluster from here, as a client would meet it.

import { sleep } from '../../../base/clock.js';
import { MqError } from '../../../base/errors.js';
import { versionText } from '../../java-text.js';
import type { Session } from '../../session.js';
import {
  checkAddresses,
  checkClocks,
  checkDisks,
  checkPermissions,
  checkPorts,
  checkRefusals,
  checkVersions,
} from './brokers.js';
import { gatherFacts } from './facts.js';
import type { Finding } from './finding.js';
import { checkGroups, waitingByGroup } from './groups.js';
import { checkNamesrvs, checkRoutes } from './namesrvs.js';
import { checkIdentities, checkReplication } from './replication.js';
import { checkAutoCreate, checkSystemTopics, checkTopics } from './topics.js';

export type { Finding, Level } from './finding.js';

export interface Examination {
  findings: Finding[];
  /** False when no name server could be asked. */
  reached: boolean;
}

/** How long a group is watched for messages that pile up. */
const WATCH_MS = 1000;

export async function examine(session: Session): Promise<Examination> {
  if (session.namesrvAddrs.length === 0) throw new MqError('NO_NAMESRV');
  const facts = await gatherFacts(session);
  const early = [...checkNamesrvs(facts, versionText), ...checkRefusals(facts)];
  if (facts.namesrvs.every(({ error }) => error !== undefined)) {
    return { findings: early.filter(({ level }) => level !== 'ok'), reached: false };
  }
  const before = await waitingByGroup(session, facts);
  const asked = session.clock.monotonic();
  const topics = await checkTopics(session, facts);
  const system = await checkSystemTopics(session, facts);
  if (before.size > 0) {
    await sleep(session.clock, Math.max(0, WATCH_MS - (session.clock.monotonic() - asked)));
  }
  const groups = await checkGroups(session, before, await waitingByGroup(session, facts));
  const findings = [
    ...early,
    ...checkRoutes(facts),
    ...checkAddresses(facts),
    ...checkPorts(facts),
    ...checkIdentities(facts),
    ...checkVersions(facts, versionText),
    ...checkClocks(facts),
    ...checkDisks(facts),
    ...checkPermissions(facts),
    ...checkReplication(facts),
    ...topics,
    ...system,
    ...checkAutoCreate(facts),
    ...groups,
  ];
  return { findings, reached: true };
}
