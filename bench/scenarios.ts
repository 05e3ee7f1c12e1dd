// What is measured against a running broker, one row of the table each.

import type { LoadPlan } from './load.js';

export const QUEUES = 8;

export interface Scenario {
  name: string;
  plan: Pick<LoadPlan, 'kind' | 'connections' | 'inFlight' | 'bodyBytes' | 'batch'>;
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

/** The pull reads what the sends before it have left, so it comes last. */
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
];

export const TOPICS = new Set(SCENARIOS.map((scenario) => scenario.topic));
