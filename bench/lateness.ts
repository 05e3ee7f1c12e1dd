// How late messages with a time of their own become visible to a consumer that waits for them.

import type { LoadFigures, Measured } from './measure.js';
import { LATENESS } from './scenarios.js';
import { table } from './table.js';

export interface LatenessFigures {
  system: string;
  load: LoadFigures;
}

/** The first messages are due after up to five seconds. */
const WARM_MS = 6000;

/** Systems take turns, each with the machine to itself. */
export async function measureLateness(
  running: readonly Measured[],
  runMs: number,
): Promise<LatenessFigures[]> {
  const figures: LatenessFigures[] = [];
  for (const measured of running) {
    const load = await measured.measure(LATENESS, { warmMs: WARM_MS, runMs });
    figures.push({ system: measured.figures.system, load });
  }
  return figures;
}

export function latenessTable(all: readonly LatenessFigures[]): string {
  return table(
    [LATENESS.name, 'msg/s', 'earliest ms', 'p50 ms', 'p99 ms', 'latest ms', 'CPU us/msg'],
    all.map(({ system, load }) => [
      system,
      load.perSecond,
      load.min,
      load.p50,
      load.p99,
      load.max,
      load.cpuUs,
    ]),
  );
}
