// Runs a server in the foreground: log file, boot line, clean stop on a signal.

import { join } from 'node:path';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import { LogFile } from '../../base/log-file.js';
import type { Io } from '../process/io.js';
import { announce, type Role, watchForStop } from './run-files.js';

export interface Daemon {
  /** What runs here, for `mqshutdown`. */
  roles: readonly Role[];
  part: Part;
  log: Logger;
  /** What is printed when it serves: RocketMQ's line, for one. */
  boot(): string | Promise<string>;
  /** Address and store, for whoever asks what is running. */
  about(): string;
}

/** `<user home>/logs/rocketmqlogs/<name>.log`, as RocketMQ's. */
export function openLog(io: Io, userHome: string, name: string): LogFile {
  return new LogFile({
    directory: join(userHome, 'logs', 'rocketmqlogs'),
    name,
    clock: io.clock,
    onTrouble: (problem) => io.err(`warning: ${problem}\n`),
  });
}

/** Serves until a signal comes. Throws what made the start fail. */
export async function serve(io: Io, daemon: Daemon): Promise<void> {
  const { part, roles, log } = daemon;
  const ending = waitForEnd(io, roles, log);
  try {
    await part.start();
    if (!ending.ended) await untilEnd(io, daemon, ending);
  } catch (error) {
    log.error('cannot start', error);
    throw error;
  } finally {
    await stopOnce(part, log, ending);
    ending.forget();
  }
}

async function untilEnd(io: Io, daemon: Daemon, ending: Ending): Promise<void> {
  const gone = daemon.roles.map((role) => announced(io, role, daemon.about()));
  try {
    const text = await daemon.boot();
    daemon.log.info(text.split('\n')[0]!);
    io.out(`${text}\n`);
    await ending.first;
  } finally {
    for (const forget of gone) forget();
  }
}

/** A server that nobody can list is still better than none. */
function announced(io: Io, role: Role, about: string): () => void {
  try {
    return announce(io, role, about);
  } catch (error) {
    io.err(`warning: mqshutdown will not find this ${role}: ${describeError(error)}\n`);
    return () => undefined;
  }
}

/** A second signal ends the wait for a clean stop. */
async function stopOnce(part: Part, log: Logger, ending: Ending): Promise<void> {
  const stopped = part.stop().then(
    () => log.info('stopped'),
    (error: unknown) => log.error('stopped with an error', error),
  );
  await Promise.race([stopped, ending.second]);
}

interface Ending {
  readonly ended: boolean;
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  forget(): void;
}

function waitForEnd(io: Io, roles: readonly Role[], log: Logger): Ending {
  let count = 0;
  let first = (_error?: unknown): void => undefined;
  let second = (): void => undefined;
  const firstEnd = new Promise<void>((resolve, reject) => {
    first = (error) => (error === undefined ? resolve() : reject(error as Error));
  });
  const secondEnd = new Promise<void>((resolve) => {
    second = resolve;
  });
  firstEnd.catch(() => undefined); // it may fail while the server still starts
  const end = (why: string): void => {
    count++;
    log.info(`${why}: stopping`);
    if (count === 1) first();
    else second();
  };
  const offs = [
    io.onSignal(end),
    ...roles.map((role) => watchForStop(io, role, () => end('mqshutdown'))),
    io.onCrash((error) => {
      log.error('a bug: this server stops', error);
      io.err(`a bug: this server stops: ${describeError(error)}\n`);
      count++;
      first(error);
    }),
  ];
  return {
    get ended() {
      return count > 0;
    },
    first: firstEnd,
    second: secondEnd,
    forget: () => offs.forEach((off) => off()),
  };
}
