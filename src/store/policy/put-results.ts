// What a sender is told.

import type { PutResult, PutStatus } from '../message-store.js';

export function okResult(
  queueOffset: number,
  physicalOffsets: number[],
  bytes: number,
  storeTimestamp: number,
): PutResult {
  return { status: 'PUT_OK', queueOffset, physicalOffsets, bytes, storeTimestamp };
}

export function refusedResult(
  status: PutStatus,
  reason: string,
  storeTimestamp: number,
): PutResult {
  return { status, reason, queueOffset: 0, physicalOffsets: [], bytes: 0, storeTimestamp };
}
