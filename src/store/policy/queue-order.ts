// Whether a record of the log is the next of its consume queue, which is mended where it has to be.

import type { Logger } from '../../base/log.js';
import type { Queue } from '../consumequeue/queue.js';

export interface Place {
  queueOffset: number;
  physicalOffset: number;
}

/** False when the queue has the record already. An empty queue begins wherever the record says. */
export function continueQueue(queue: Queue, place: Place, log: Logger): boolean {
  const { queueOffset, physicalOffset } = place;
  if (queueOffset === queue.max) return true;
  const name = `queue ${queue.queueId} of ${queue.topic}`;
  if (queueOffset < queue.max) {
    if (physicalOffset < queue.maxPhysical) return false;
    // its topic was deleted and made again: what counts is the newer queue
    log.warn(`${name} began again at ${queueOffset}: entries up to ${queue.max} are dropped`);
    queue.restartAt(queueOffset);
  } else if (queue.max === 0) {
    queue.beginAt(queueOffset);
  } else {
    log.warn(`${name} has no messages from ${queue.max} to ${queueOffset} in the log`);
    queue.fillTo(queueOffset);
  }
  return true;
}
