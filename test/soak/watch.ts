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
}

export class Watch {
  private readonly peaks = new Map<string, Peak>();
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
      const peak = this.peaks.get(member.name) ?? { memoryMb: 0, files: 0 };
      peak.memoryMb = Math.max(peak.memoryMb, now.memoryMb);
      peak.files = Math.max(peak.files, now.files);
      this.peaks.set(member.name, peak);
    }
  }
}

function usageOf(pid: number): Peak | undefined {
  try {
    const folder = `/proc/${pid}/fd`;
    const files = existsSync(folder) ? readdirSync(folder).length : 0;
    return { memoryMb: residentBytes(pid) / MB, files };
  } catch {
    return undefined; // it has just ended
  }
}
