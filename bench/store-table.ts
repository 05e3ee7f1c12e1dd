// The store's figures, which a process of its own finds out (bench/store.ts), and their table.

import { fileURLToPath } from 'node:url';
import { runChild } from '../test/support/child.js';
import { table } from './table.js';

export interface StoreFigures {
  name: string;
  /** Messages. */
  perSecond: number;
  /** Microseconds a message. */
  cpuUs: number;
  /** Of the log, as the next one. */
  mbPerSecond: number;
  secondsPerGb: number;
  /** Of the process afterwards. */
  memoryMb: number;
}

const script = fileURLToPath(new URL('store.ts', import.meta.url));

export async function measureStore(messages: number): Promise<StoreFigures[]> {
  const args = ['--import', 'tsx', script, '--json', '--messages', String(messages)];
  return JSON.parse(await runChild(process.execPath, args)) as StoreFigures[];
}

export function storeTable(all: readonly StoreFigures[]): string {
  return table(
    ['store alone', 'msg/s', 'CPU us/msg', 'MB/s of log', 's/GB of log', 'MB'],
    all.map((one) => [
      one.name,
      one.perSecond,
      one.cpuUs,
      one.mbPerSecond,
      one.secondsPerGb,
      one.memoryMb,
    ]),
  );
}
