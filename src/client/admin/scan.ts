// Reads whole queues as they are now (printMsg, printMsgByQueue).

import type { MessageQueue } from '../../protocol/bodies/json.js';
import { pull, type PullResult, TOOLS_GROUP } from '../pull.js';
import { maxOffset, minOffset, searchOffset } from '../queue-offsets.js';
import type { Session } from '../session.js';

export interface ScanArgs {
  expression?: string | undefined;
  /** ms; messages stored from and until then. */
  beginTimestamp?: number | undefined;
  endTimestamp?: number | undefined;
}

export interface ScanRange {
  minOffset: number;
  maxOffset: number;
}

/** Offsets of a queue's first and behind its last message within the times. */
export async function scanRange(
  session: Session,
  queue: MessageQueue,
  { beginTimestamp, endTimestamp }: ScanArgs,
): Promise<ScanRange> {
  return {
    minOffset:
      beginTimestamp === undefined
        ? await minOffset(session, queue)
        : await searchOffset(session, queue, beginTimestamp),
    maxOffset:
      endTimestamp === undefined
        ? await maxOffset(session, queue)
        : await searchOffset(session, queue, endTimestamp),
  };
}

/** Pulls a range, 32 messages at once; ends early where the broker has nothing more. */
export async function* scanQueue(
  session: Session,
  queue: MessageQueue,
  { minOffset: first, maxOffset: end }: ScanRange,
  expression = '*',
): AsyncGenerator<PullResult> {
  for (let offset = first; offset < end;) {
    const result = await pull(session, { group: TOOLS_GROUP, queue, offset, expression });
    offset = result.nextBeginOffset;
    yield result;
    if (result.status === 'NO_NEW_MSG' || result.status === 'OFFSET_ILLEGAL') return;
  }
}
