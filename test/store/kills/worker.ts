// Explores scenarios in a process of its own: node:test watches every promise of its process, which
// costs more than all else here.

import { Explorer, type Plan, type Tally } from './explorer.js';
import { SCENARIOS } from './scenarios.js';

export interface Task {
  scenario: number;
  plan: Plan;
  reversed: boolean;
}

export type Outcome = { tally: Tally } | { error: string };

async function explore({ scenario, plan, reversed }: Task): Promise<Outcome> {
  const explorer = new Explorer(SCENARIOS[scenario]!, plan, reversed);
  try {
    await explorer.run();
    return { tally: explorer.tally };
  } catch (error) {
    return { error: (error as Error).stack ?? String(error) };
  }
}

process.on('message', (task: Task) => {
  void explore(task).then((outcome) => process.send!(outcome));
});
