// One process per directory. Node has no file locks, so a record of the holder lies beside the
// `lock` file (which keeps RocketMQ's content); a holder that is gone is recognised and replaced.

import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { MqError } from './errors.js';
import { makeDirectory } from './make-directory.js';

export interface FileLock {
  /** Shows other hosts and containers that the holder lives; call it about every second. */
  refresh(): void;
  release(): void;
}

interface Holder {
  pid: number;
  /** Clock ticks from boot to the start of the process; '' where the system does not tell. */
  startTicks: string;
  /** Boot id and process namespace: within one, process ids can be compared. */
  space: string;
  host: string;
}

/**
 * A holder in another container or on another host cannot be looked up. It is gone when its last
 * sign is older than this, or when no further sign comes while it is watched for so long.
 */
const SILENCE_MS = 30_000;
const WATCH_MS = 10_000;

const CONTENT = 'lock';

export function lockFile(path: string, watchMs = WATCH_MS): FileLock {
  makeDirectory(dirname(path));
  if (readOrEmpty(path) !== CONTENT) fs.writeFileSync(path, CONTENT);
  const upstreamPid = kernelLockHolder(path);
  if (upstreamPid !== undefined) throw locked(path, String(upstreamPid));
  const record = `${path}.holder`;
  const mine = JSON.stringify(self());
  for (let attempt = 0; attempt < 10; attempt++) {
    if (createWhole(record, mine)) return held(record, mine);
    const found = readOrEmpty(record);
    const holder = parseHolder(found);
    if (holder && isAlive(holder, record, watchMs)) throw locked(path, describe(holder));
    removeStale(record, found);
  }
  throw locked(path, 'another that is starting');
}

function held(record: string, mine: string): FileLock {
  let released = false;
  return {
    refresh() {
      const now = new Date();
      if (!released) ignoreMissing(() => fs.utimesSync(record, now, now));
    },
    release() {
      if (!released && readOrEmpty(record) === mine) fs.rmSync(record, { force: true });
      released = true;
    },
  };
}

function locked(path: string, holder: string): MqError {
  return new MqError('STORE_LOCKED', { path: dirname(path), holder });
}

function describe(holder: Holder): string {
  return holder.space === self().space ? `${holder.pid}` : `${holder.pid} on ${holder.host}`;
}

/** Appears under its name with its whole content or not at all; false when the name is taken. */
function createWhole(record: string, text: string): boolean {
  const beside = `${record}.${process.pid}`;
  fs.writeFileSync(beside, text);
  try {
    fs.linkSync(beside, record);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    return createExclusive(record, text); // a file system without hard links
  } finally {
    fs.rmSync(beside, { force: true });
  }
}

function createExclusive(record: string, text: string): boolean {
  try {
    fs.writeFileSync(record, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two starters may see the same stale record: who moved a fresh one away puts it back. */
function removeStale(record: string, seen: string): void {
  const aside = `${record}.stale.${process.pid}`;
  ignoreMissing(() => {
    fs.renameSync(record, aside);
    if (readOrEmpty(aside) !== seen) ignoreMissing(() => fs.linkSync(aside, record));
  });
  fs.rmSync(aside, { force: true });
}

function isAlive(holder: Holder, record: string, watchMs: number): boolean {
  const here = self();
  if (holder.space !== here.space) {
    // After a reboot of this very host it cannot be running; elsewhere only its record tells.
    if (isThisHost(holder, here) && bootOf(holder) !== bootOf(here)) return false;
    return givesSigns(record, watchMs);
  }
  if (!isRunning(holder.pid)) return false;
  const ticks = startTicks(holder.pid);
  return holder.startTicks === '' || ticks === '' || ticks === holder.startTicks;
}

/** Waits, so that a container that was killed can be started again at once. */
function givesSigns(record: string, watchMs: number): boolean {
  const lastSign = (): number => fs.statSync(record, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const first = lastSign();
  if (new Date().getTime() - first > SILENCE_MS) return false;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < watchMs; waited += 100) {
    Atomics.wait(pause, 0, 0, 100);
    if (lastSign() !== first) return lastSign() !== 0;
  }
  return false;
}

function isThisHost(holder: Holder, here: Holder): boolean {
  return holder.host === here.host && namespaceOf(holder) === namespaceOf(here);
}

const bootOf = (holder: Holder): string => holder.space.split(' ')[0];
const namespaceOf = (holder: Holder): string => holder.space.split(' ')[1] ?? '';

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function self(): Holder {
  const boot = readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
  let namespace = '';
  ignoreMissing(() => (namespace = fs.readlinkSync('/proc/self/ns/pid')));
  return {
    pid: process.pid,
    startTicks: startTicks(process.pid),
    space: boot === '' ? hostname() : `${boot} ${namespace}`,
    host: hostname(),
  };
}

/** Field 22 of /proc/<pid>/stat, counted behind the command name, which may hold anything. */
function startTicks(pid: number): string {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return (
    stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .at(19) ?? ''
  );
}

/** A Java broker holds a kernel lock on the file: /proc/locks names its process. */
function kernelLockHolder(path: string): number | undefined {
  const { ino, dev } = fs.statSync(path);
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  const file = `${hex2(major)}:${hex2(minor)}:${ino}`;
  for (const line of readOrEmpty('/proc/locks').split('\n')) {
    // 1: POSIX  ADVISORY  WRITE 1234 08:01:5678 0 0
    const [, , , , pid, locked] = line.trim().split(/\s+/);
    if (locked === file && pid !== String(process.pid)) return Number(pid);
  }
  return undefined;
}

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder>;
    if (typeof value.pid !== 'number' || typeof value.space !== 'string') return undefined;
    return { pid: value.pid, space: value.space, startTicks: '', host: '', ...value } as Holder;
  } catch {
    return undefined; // cut off by a crash: nobody holds it
  }
}

function readOrEmpty(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ignoreMissing(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
}
