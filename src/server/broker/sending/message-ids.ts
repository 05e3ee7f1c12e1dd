// The two kinds of message ids that a broker gives: by place in the log, and unique ids for
// messages whose producer sent none (MessageDecoder.createMessageId, MessageClientIDSetter).

import type { Clock } from '../../../base/clock.js';
import type { Host } from '../../../protocol/host.js';

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

/** Ids of messages stored at `host`: address, port and commitlog offset in hex. */
export function offsetIdsOf(host: Host): (physicalOffset: number) => string {
  const prefix = host.address.toString('hex').toUpperCase() + hex(host.port, 8);
  return (offset) => prefix + hex(offset, 16);
}

/** Ids unique to this process: address, process id, a random part, ms of the month, a counter. */
export function uniqueIdsOf(host: Host, clock: Clock): () => string {
  const random = Math.floor(Math.random() * 0x100000000);
  const pid = typeof process === 'object' ? process.pid & 0xffff : 0;
  const prefix = host.address.toString('hex').toUpperCase() + hex(pid, 4) + hex(random, 8);
  let counter = 0;
  let monthEnd = 0;
  let monthStart = 0;
  return () => {
    const now = clock.now();
    if (now >= monthEnd) {
      const date = new Date(now);
      monthStart = new Date(date.getFullYear(), date.getMonth(), 1).getTime();
      monthEnd = new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
    }
    counter = (counter + 1) & 0xffff;
    return prefix + hex(Math.max(0, now - monthStart), 8) + hex(counter, 4);
  };
}
