// The table that a soak prints, and what it must not exceed.

import assert from 'node:assert/strict';
import { type Cell, table } from '../../bench/table.js';
import type { SoakResult } from './soak.js';

/** A server of ours is at a third of this under such a load. */
const MOST_MEMORY_MB = 400;
/** Files of the store, connections of a few clients. */
const MOST_FILES = 250;
/** New topics and further log files open some; a leak passes this in minutes. */
const MOST_GROWN = 100;
/** Handles that the clients of a soak may leave in this process. */
const HANDLES_LEFT = 2;

export function summary({ ledger, events, peaks, handles }: SoakResult, seconds: number): string {
  const messages: Cell[][] = [
    ['sent', ledger.sent],
    ['acknowledged', ledger.acknowledged],
    ['without a promise', String(ledger.uncertain)],
    ['delivered', ledger.consumed],
    ['delivered again', String(ledger.again)],
    ['acknowledged, not consumed', String(ledger.missing().length)],
    ['acknowledged a second', ledger.acknowledged / seconds],
    ['longest time without an acknowledgement, s', ledger.longestOutageMs / 1000],
    ['handles of the clients before, after', `${handles.before}, ${handles.after}`],
  ];
  return [
    table(['messages', ''], messages),
    table(
      ['what happened', 'times'],
      [...events].map(([event, times]) => [event, String(times)]),
    ),
    table(
      ['at most', 'MB', 'open files', 'grown in one life'],
      [...peaks].map(([name, peak]) => [
        name,
        peak.memoryMb,
        String(peak.files),
        String(peak.grown),
      ]),
    ),
  ].join('\n\n');
}

export function assertBounds({ ledger, peaks, handles }: SoakResult): void {
  assert.ok(ledger.acknowledged > 0);
  assert.deepEqual(ledger.missing(), []);
  for (const [name, { memoryMb, files, grown }] of peaks) {
    assert.ok(memoryMb < MOST_MEMORY_MB, `${name} used ${memoryMb} MB`);
    assert.ok(files < MOST_FILES, `${name} had ${files} files open`);
    assert.ok(grown < MOST_GROWN, `the open files of ${name} grew by ${grown}`);
  }
  const left = handles.after - handles.before;
  assert.ok(left <= HANDLES_LEFT, `${left} handles of the clients are left`);
}
