// What is measured against a running broker, one row of the table each.

import type { LoadPlan } from './plan.js';

export const QUEUES = 8;

export interface Scenario {
  name: string;
  plan: Omit<LoadPlan, 'broker' | 'brokerName' | 'topic' | 'queues' | 'warmMs' | 'runMs'>;
  topic: string;
}

const send = (
  name: string,
  bodyBytes: number,
  connections: number,
  inFlight: number,
  batch = 1,
): Scenario => ({
  name,
  plan: { kind: 'send', connections, inFlight, bodyBytes, batch },
  topic: `Bench${bodyBytes}x${batch}`,
});

const special = (
  name: string,
  topic: string,
  plan: Pick<LoadPlan, 'kind'> & Partial<LoadPlan>,
): Scenario => ({
  name,
  plan: { connections: 4, inFlight: 32, bodyBytes: 128, batch: 1, ...plan },
  topic,
});

/** The pull reads what the sends before it have left, and so do those below it. */
export const SCENARIOS: Scenario[] = [
  send('send 128 B, 1 in flight', 128, 1, 1),
  send('send 128 B, 4 x 32 in flight', 128, 4, 32),
  send('send 1 KB, 1 in flight', 1024, 1, 1),
  send('send 1 KB, 4 x 32 in flight', 1024, 4, 32),
  send('send batches of 32 x 128 B, 4 x 4 in flight', 128, 4, 4, 32),
  {
    name: 'pull 32 x 128 B a request, 4 connections',
    plan: { kind: 'pull', connections: 4, inFlight: 1, bodyBytes: 128, batch: 1 },
    topic: 'Bench128x1',
  },
  special(`pull 32 x 128 B a request, 4 consumers of ${QUEUES} queues`, 'Bench128x1', {
    kind: 'consume',
  }),
  special('pull 32 x 128 B with a filter in SQL, 4 connections', 'Bench128x1', {
    ...{ kind: 'pull', inFlight: 1, sql: "TAGS = 'TagA' AND UNIQ_KEY IS NOT NULL" },
  }),
  special('send 128 B with delay level 1, 4 x 32 in flight', 'BenchDelay', {
    ...{ kind: 'send', properties: { DELAY: '1' } },
  }),
  special('transactions of 128 B, committed, 4 x 32 in flight', 'BenchTransaction', {
    kind: 'transaction',
  }),
  special('pop 32 x 128 B, each acknowledged, 4 connections', 'Bench128x1', { kind: 'pop' }),
  special('send 128 B for 2 s later (timer), 4 x 32 in flight', 'BenchTimer', {
    ...{ kind: 'send', properties: { TIMER_DELAY_MS: '2000' } },
  }),
];

/** One connection sends, one for each queue waits for what is due. */
export const LATENESS = special('due in 2 to 5 s (timer)', 'BenchLate', {
  ...{ kind: 'timed', connections: 1 + QUEUES, inFlight: 1, perSecond: 1000 },
});

export const TOPICS = new Set([...SCENARIOS, LATENESS].map((scenario) => scenario.topic));

/** Against a master with a slave. */
export const PAIR_SCENARIOS: Scenario[] = [
  special('SYNC_MASTER, send 128 B, 1 in flight', 'BenchPair', {
    ...{ kind: 'send', connections: 1, inFlight: 1 },
  }),
  special('SYNC_MASTER, send 128 B, 4 x 32 in flight', 'BenchPair', { kind: 'send' }),
  special('master with a slave, no waiting, send 128 B, 4 x 32 in flight', 'BenchPair', {
    ...{ kind: 'send', properties: { WAIT: 'false' } },
  }),
];
