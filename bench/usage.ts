// What a process has used so far: CPU time and memory, from /proc or from ps.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100; // of /proc/<pid>/stat, on every Linux that Node runs on
const onLinux = existsSync('/proc/self/stat');

/** User and system time, ms. */
export function cpuMs(pid: number): number {
  if (onLinux) {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold blanks: count from its closing bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  }
  const text = execFileSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' });
  const parts = text.trim().split(/[:-]/).map(Number);
  return parts.reduce((sum, part) => sum * 60 + part, 0) * 1000;
}

/** Resident memory, bytes. */
export function residentBytes(pid: number): number {
  if (onLinux) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }
  const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(text) * 1024;
}

/** The most that a process has had in memory so far, bytes; 0 when it is gone. */
export function peakBytes(pid: number): number {
  if (!onLinux) return 0;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
