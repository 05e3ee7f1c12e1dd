// Which servers this user has running: a file for each in <home>/run, written by the server itself.

import { join } from 'node:path';
import type { Io } from '../process/io.js';
import { pocketHome } from '../access/profile.js';

export const ROLES = ['namesrv', 'broker'] as const;
export type Role = (typeof ROLES)[number];

export interface RunningServer {
  role: Role;
  pid: number;
  /** When the process began, as the system counts it: another one may have its id later. */
  began: string | undefined;
  /** What the server says of itself: its address, its store. */
  about: string;
}

const folderOf = (io: Io): string => join(pocketHome(io), 'run');

const fileOf = (io: Io, role: Role, pid: number): string =>
  join(folderOf(io), `${role}-${pid}.json`);

/** On Windows a signal ends a process at once; there the server looks for this file. */
const stopFileOf = (io: Io, { role, pid }: { role: Role; pid: number }): string =>
  join(folderOf(io), `${role}-${pid}.stop`);

/** Says that this process is a server; until the returned function is called. */
export function announce(io: Io, role: Role, about: string): () => void {
  const server: RunningServer = { role, pid: io.pid, began: beganAt(io, io.pid), about };
  const path = fileOf(io, role, io.pid);
  io.files.mkdirp(folderOf(io));
  io.files.writeTextAtomic(path, `${JSON.stringify(server, null, 2)}\n`);
  return () => {
    io.files.unlink(path);
    io.files.unlink(stopFileOf(io, server));
  };
}

/** Servers of a role that are alive; files of dead ones are removed. */
export function runningServers(io: Io, role: Role): RunningServer[] {
  const found: RunningServer[] = [];
  for (const { name } of io.files.readdir(folderOf(io))) {
    if (!name.startsWith(`${role}-`) || !name.endsWith('.json')) continue;
    const path = join(folderOf(io), name);
    const server = parse(io.files.readText(path));
    if (server && isAlive(io, server)) found.push(server);
    else io.files.unlink(path);
  }
  return found;
}

export function isAlive(io: Io, server: RunningServer): boolean {
  if (!io.kill(server.pid, 0)) return false;
  const began = beganAt(io, server.pid);
  return server.began === undefined || began === undefined || began === server.began;
}

/** Asks a server to end. */
export function requestStop(io: Io, server: RunningServer): void {
  if (io.platform === 'win32') io.files.writeTextAtomic(stopFileOf(io, server), '');
  else io.kill(server.pid, 'SIGTERM');
}

/** Calls `fn` when requestStop was used on Windows. */
export function watchForStop(io: Io, role: Role, fn: () => void): () => void {
  if (io.platform !== 'win32') return () => undefined;
  const path = stopFileOf(io, { role, pid: io.pid });
  const timer = io.clock.every(250, () => {
    if (io.files.exists(path)) fn();
  });
  return () => timer.stop();
}

function parse(text: string | undefined): RunningServer | undefined {
  try {
    const server = JSON.parse(text ?? '') as RunningServer;
    return Number.isInteger(server.pid) && server.pid > 0 ? server : undefined;
  } catch {
    return undefined;
  }
}

/** Start time of a process in clock ticks since boot, with the boot; only Linux tells it simply. */
function beganAt(io: Io, pid: number): string | undefined {
  if (io.platform !== 'linux') return undefined;
  const stat = io.files.readText(`/proc/${pid}/stat`);
  const boot = io.files.readText('/proc/sys/kernel/random/boot_id')?.trim();
  // The name in parentheses may hold spaces; the start time is the 20th field behind it.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : `${boot ?? ''}/${fields[19] ?? ''}`;
}
