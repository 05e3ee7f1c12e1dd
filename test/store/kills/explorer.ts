// Runs a scenario once, takes the files before each change and in the middle of it, and judges what
// a start makes of them; the same for the changes that the start itself makes.

import { fractions } from '../../support/random.js';
import { MemoryFiles } from '../memory-files.js';
import type { Ledger, Moment } from './ledger.js';
import { Life, type Settings } from './life.js';
import { SteppingFiles } from './stepping-files.js';
import { judge, type Verdict } from './verdict.js';

export interface Scenario extends Settings, Verdict {
  name: string;
  /** What is there before the world may stop. */
  before?: (life: Life) => Promise<void>;
  run: (life: Life) => Promise<void>;
  /** Powers fail, instead of kills. */
  power?: boolean;
  /** Of these stops one in so many more is tried: there are many. */
  many?: number;
}

export interface Plan {
  /** Of the stops in the scenario one in so many is tried, … */
  stride: number;
  /** … and one in so many of those in the starts that follow, for each level. */
  strides: readonly number[];
  first: number;
  seed: number;
}

/** Changes since a flush that a power loss may take back. */
const MAX_NAMES = 12;

interface Stop {
  what: string;
  files: MemoryFiles;
  moment: Moment;
  now: number;
}

export interface Tally {
  stops: number;
  /** Warnings, with how often each was said; numbers are left out. */
  warnings: Map<string, { times: number; at: string }>;
  /** Of each kind the first. */
  failures: Map<string, { text: string; times: number }>;
}

export class Explorer {
  readonly tally: Tally = { stops: 0, warnings: new Map(), failures: new Map() };
  private readonly random: () => number;

  constructor(
    private readonly scenario: Scenario,
    private readonly plan: Plan,
    private readonly reversed: boolean,
  ) {
    this.random = fractions(plan.seed);
  }

  async run(): Promise<void> {
    const { scenario, plan } = this;
    const files = this.disk(new MemoryFiles());
    const life = new Life(files, scenario);
    await scenario.before?.(life);
    const stops = this.watch(files, life, plan.stride * (scenario.many ?? 1), plan.first);
    await scenario.run(life);
    files.onStep = () => undefined;
    await this.tryAll(stops, life.ledger, scenario.name, plan.strides);
  }

  private disk(from: MemoryFiles): SteppingFiles {
    const files = from.afterKill(new SteppingFiles());
    files.reversed = this.reversed;
    return files;
  }

  /** Takes one in `stride` of the states that the files come through. */
  private watch(files: SteppingFiles, life: Life, stride: number, first: number): Stop[] {
    const stops: Stop[] = [];
    let count = first;
    const power = this.scenario.power ?? false;
    // a power loss takes back names that changed since the last flush, the last ones first
    let names: MemoryFiles[] = [];
    const take = (what: string): Stop | undefined => {
      if (power && names.length < MAX_NAMES) names.push(files.afterKill());
      if (count++ % stride !== 0) return undefined;
      const now = life.clock.now();
      const older = names[Math.floor(this.random() * names.length * 2)];
      const left = power ? (older ?? files).afterPowerLoss(this.random) : files.afterKill();
      const stop = { what, files: left, moment: life.ledger.moment, now };
      stops.push(stop);
      return stop;
    };
    files.onStep = ({ what, sync, parts }) => {
      if (sync && !power) return;
      take(`before ${what}`);
      if (sync) names = [];
      if (!power)
        for (const part of parts) {
          const stop = take(`in ${what}, ${part.what}`);
          if (stop) part.part(stop.files);
        }
    };
    return stops;
  }

  private async tryAll(
    stops: readonly Stop[],
    ledger: Ledger,
    way: string,
    strides: readonly number[],
  ): Promise<void> {
    for (const stop of stops) {
      this.tally.stops++;
      const { what, moment, now } = stop;
      const at = `${way}: ${what}`;
      const then = ledger.at(moment);
      const files = this.disk(stop.files);
      const life = new Life(files, this.scenario, then, now);
      const [stride, ...deeper] = strides;
      const more = stride ? this.watch(files, life, stride, this.tally.stops) : [];
      let said: string[] = [];
      try {
        said = await judge(life, this.scenario);
      } catch (error) {
        this.fail(`${at}\n${life.lines.join('\n')}\n${String(error)}`, error);
        continue;
      } finally {
        files.onStep = () => undefined;
      }
      this.count(said, at);
      await this.tryAll(more, then, at, deeper);
    }
  }

  /** Of failures of one kind the first is told. */
  private fail(text: string, cause: unknown): void {
    const kind = String(cause).replace(/\d+/g, '#');
    const { failures } = this.tally;
    const known = failures.get(kind);
    if (known) known.times++;
    else failures.set(kind, { text, times: 1 });
  }

  private count(lines: readonly string[], at: string): void {
    const { warnings } = this.tally;
    for (const line of lines) {
      if (!line.startsWith('warn')) continue;
      const what = line.replace(/\d+/g, '#');
      const known = warnings.get(what);
      if (known) known.times++;
      else warnings.set(what, { times: 1, at });
    }
  }
}
