// The two kinds of message ids that a broker gives: by place in the log, and unique ids for
// messages whose producer sent none (MessageDecoder.createMessageId, MessageClientIDSetter).

import type { Clock } from '../../../base/clock.js';
import type { Host } from '../../../protocol/host.js';

const hex = (value: number, digits: number): string =>
  value.toString(16).toUpperCase().padStart(digits, '0');

const DIGITS = Buffer.from('0123456789ABCDEF');
const OFFSET_DIGITS = 16;
const COMMA = 0x2c;

/**
 * Ids of messages stored at `host`, separated by commas: address, port and commitlog offset in hex.
 * They are written as bytes and become one text at the end: a batch has many.
 */
export function offsetIdsOf(host: Host): (physicalOffsets: readonly number[]) => string {
  const prefix = Buffer.from(host.address.toString('hex').toUpperCase() + hex(host.port, 8));
  return (offsets) => {
    const out = Buffer.allocUnsafe(offsets.length * (prefix.length + OFFSET_DIGITS + 1));
    let at = 0;
    for (const offset of offsets) {
      out.set(prefix, at);
      at += prefix.length + OFFSET_DIGITS;
      writeHex(out, at - 8, Math.floor(offset / 0x100000000));
      writeHex(out, at, offset >>> 0);
      out[at++] = COMMA;
    }
    return out.toString('latin1', 0, Math.max(0, at - 1));
  };
}

/** The eight digits that end at `end`. */
function writeHex(out: Buffer, end: number, value: number): void {
  let rest = value;
  for (let at = end - 1; at >= end - 8; at--, rest >>>= 4) out[at] = DIGITS[rest & 15];
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
