// Fills a broker with so many messages or bytes, by loads of a few seconds each.

import { load, type Target } from './measure.js';
import type { Scenario } from './scenarios.js';

const PIECE_MS = 2000;

/** Loads until `done`, which is asked after every piece. */
export async function fillUntil(
  target: Target,
  scenario: Scenario,
  done: () => Promise<boolean>,
): Promise<void> {
  do await load(target, scenario, { warmMs: 0, runMs: PIECE_MS });
  while (!(await done()));
}
