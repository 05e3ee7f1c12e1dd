// What a test leaves behind is taken away at its end, last made first.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

/** Collects work for the end: of a test, of a file's tests, or of a benchmark. */
export class Ending {
  private readonly work: (() => unknown)[] = [];

  after(work: () => unknown): void {
    this.work.push(work);
  }

  /** Runs all of it, even if some fails; throws the first failure. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    await turn(); // what is written at the end of a turn comes before its folder goes
    for (let work = this.work.pop(); work; work = this.work.pop()) {
      try {
        await work();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** An ending that runs with `hook` (a test's `t.after`, or `after` of node:test). */
export function endingWith(hook: (work: () => Promise<void>) => void): Ending {
  const ending = new Ending();
  hook(() => ending.run());
  return ending;
}

export function tempFolder(ending: Ending): string {
  const folder = mkdtempSync(join(tmpdir(), 'pocketmq-'));
  ending.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}
