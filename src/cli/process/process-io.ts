// The Io of a real process.

import { homedir } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { realFiles } from '../../base/files.js';
import type { Io } from './io.js';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export const processIo = (root: string): Io => ({
  root,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  async ask(question) {
    const { createInterface } = await import('node:readline');
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await new Promise((resolve) => {
        lines.once('close', () => resolve(''));
        lines.question(question, resolve);
      });
    } finally {
      lines.close();
    }
  },
  streams: () => ({ input: process.stdin, output: process.stdout }),
  outIsTerminal: process.stdout.isTTY === true,
  get outColumns() {
    // some terminals say 0
    return process.stdout.columns || undefined;
  },
  errIsTerminal: process.stderr.isTTY === true,
  inIsTerminal: process.stdin.isTTY === true,
  env: process.env,
  homeDir: homedir(),
  cwd: process.cwd(),
  pid: process.pid,
  platform: process.platform,
  clock: systemClock,
  files: realFiles,
  onSignal(fn) {
    // Node forgets that nohup had SIGHUP ignored, so a hang-up ends only what a person watches.
    const listeners = SIGNALS.map((signal) => {
      const listener = (): void => {
        if (signal !== 'SIGHUP' || process.stdout.isTTY) fn(signal);
      };
      process.on(signal, listener);
      return () => void process.off(signal, listener);
    });
    return () => listeners.forEach((off) => off());
  },
  onCrash(fn) {
    process.on('uncaughtException', fn);
    return () => void process.off('uncaughtException', fn);
  },
  kill(pid, signal) {
    try {
      process.kill(pid, signal);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
      if ((error as NodeJS.ErrnoException).code === 'EPERM') return signal === 0;
      throw error;
    }
  },
});
