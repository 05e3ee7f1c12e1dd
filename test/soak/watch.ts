// Memory and open files of the processes of a soak, looked at every second.

import { existsSync, readdirSync } from 'node:fs';
import { residentBytes } from '../../bench/usage.js';
import type { Member } from '../support/member.js';

const MB = 1024 * 1024;
const LOOK_MS = 1000;

export interface Peak {
  memoryMb: number;
  /** 0 where the system does not tell. */
  files: number;
  /** The most that the open files of one process have grown since it was under way. */
  grown: number;
}

/** Looks until a process counts as under way: it has its connections then, and its store open. */
const UNDER_WAY = 5;

export class Watch {
  private readonly peaks = new Map<string, Peak>();
  /** Looks at a process so far, and its open files when it was under way. */
  private readonly lives = new Map<number, { looks: number; files: number }>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly members: readonly Member[]) {
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  end(): ReadonlyMap<string, Peak> {
    clearInterval(this.timer);
    return this.peaks;
  }

  private look(): void {
    for (const member of this.members) {
      if (!member.running) continue;
      const now = usageOf(member.pid);
      if (!now) continue;
      const peak = this.peaks.get(member.name) ?? { memoryMb: 0, files: 0, grown: 0 };
      peak.memoryMb = Math.max(peak.memoryMb, now.memoryMb);
      peak.files = Math.max(peak.files, now.files);
      peak.grown = Math.max(peak.grown, this.grown(member.pid, now.files));
      this.peaks.set(member.name, peak);
    }
  }

  private grown(pid: number, files: number): number {
    const life = this.lives.get(pid) ?? { looks: 0, files: 0 };
    this.lives.set(pid, life);
    if (++life.looks === UNDER_WAY) life.files = files;
    return life.looks < UNDER_WAY ? 0 : files - life.files;
  }
}

function usageOf(pid: number): Omit<Peak, 'grown'> | undefined {
  try {
    const folder = `/proc/${pid}/fd`;
    const files = existsSync(folder) ? readdirSync(folder).length : 0;
    return { memoryMb: residentBytes(pid) / MB, files };
  } catch {
    return undefined; // it has just ended
  }
}
