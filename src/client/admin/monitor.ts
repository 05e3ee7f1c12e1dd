// startMonitoring: one look at every group (MonitorService.doMonitorWork).

import { RETRY_PREFIX } from '../../protocol/flags.js';
import { pull, TOOLS_GROUP } from '../pull.js';
import type { Session } from '../session.js';
import { consumerConnection } from './clients.js';
import { consumeStats } from './groups.js';
import { queueProblems, sameSubscriptions } from './running-problems.js';
import { runningInfos } from './running.js';
import { listTopics } from './topics.js';

/** What a group has not consumed of one topic. */
export interface UndoneMsgs {
  consumerGroup: string;
  topic: string;
  undoneMsgsTotal: number;
  /** Of the queue that is furthest behind. */
  undoneMsgsSingleMQ: number;
  /** Between the newest message and the last one consumed, of the queue where that is longest. */
  undoneMsgsDelayTimeMills: number;
}

export type Finding =
  | ({ kind: 'undoneMsgs' } & UndoneMsgs)
  | { kind: 'differentSubscription'; consumerGroup: string }
  | { kind: 'queueProblem'; consumerGroup: string; clientId: string; problem: string };

/** Findings as they come; a group that cannot be asked is passed over. */
export async function* monitorRound(
  session: Session,
  stopped: () => boolean,
): AsyncGenerator<Finding> {
  for (const group of await consumedGroups(session)) {
    if (stopped()) return;
    yield* await undoneOf(session, group).catch(() => []);
    yield* await problemsOf(session, group).catch(() => []);
  }
}

/** Every group that has a retry topic. */
async function consumedGroups(session: Session): Promise<Set<string>> {
  const retries = (await listTopics(session)).filter((topic) => topic.startsWith(RETRY_PREFIX));
  // `%RETRY%group+topic` is that of a group that pops.
  return new Set(retries.map((topic) => topic.slice(RETRY_PREFIX.length).split('+')[0]!));
}

async function undoneOf(session: Session, consumerGroup: string): Promise<Finding[]> {
  const { offsetTable } = await consumeStats(session, { group: consumerGroup });
  await consumerConnection(session, { group: consumerGroup }); // a group without members is idle
  const byTopic = new Map<string, UndoneMsgs>();
  for (const [queue, { brokerOffset, consumerOffset, lastTimestamp }] of offsetTable) {
    const { topic } = queue;
    let undone = byTopic.get(topic);
    if (!undone) byTopic.set(topic, (undone = nothingUndone(consumerGroup, topic)));
    const lag = brokerOffset - consumerOffset;
    undone.undoneMsgsTotal += Math.max(0, lag);
    undone.undoneMsgsSingleMQ = Math.max(undone.undoneMsgsSingleMQ, lag);
    if (lastTimestamp <= 0 || brokerOffset <= 0) continue;
    const last = { group: TOOLS_GROUP, queue, offset: brokerOffset - 1, maxNums: 1 };
    const newest = await pull(session, last).catch(() => undefined);
    const delay = (newest?.messages[0]?.storeTimestamp ?? 0) - lastTimestamp;
    undone.undoneMsgsDelayTimeMills = Math.max(undone.undoneMsgsDelayTimeMills, delay);
  }
  return [...byTopic.values()].map((undone) => ({ kind: 'undoneMsgs', ...undone }));
}

const nothingUndone = (consumerGroup: string, topic: string): UndoneMsgs => ({
  consumerGroup,
  topic,
  undoneMsgsTotal: 0,
  undoneMsgsSingleMQ: 0,
  undoneMsgsDelayTimeMills: 0,
});

async function problemsOf(session: Session, consumerGroup: string): Promise<Finding[]> {
  const infos = await runningInfos(session, { group: consumerGroup });
  const found: Finding[] = [];
  const now = session.clock.now();
  if (infos.size > 0 && !sameSubscriptions([...infos.values()], now)) {
    found.push({ kind: 'differentSubscription', consumerGroup });
  }
  for (const [clientId, info] of infos) {
    for (const problem of queueProblems(clientId, info, now)) {
      found.push({ kind: 'queueProblem', consumerGroup, clientId, problem: problem.trimEnd() });
    }
  }
  return found;
}
