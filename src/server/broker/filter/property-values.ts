// The properties that a filter names, found in a record's bytes in one pass: nothing is cut out of
// them before an expression asks for it.

import { SysFlag } from '../../../protocol/flags.js';
import { MAGIC_V1, MAGIC_V2, RecordAt } from '../../../protocol/message.js';

/** Values by the place of their names in the list of names of an expression. */
export interface PropertyValues {
  has(index: number): boolean;
  /** Null when the property is not there. */
  text(index: number): string | null;
  /** Whether the property is there with exactly this value, which is of ASCII letters. */
  is(index: number, value: Buffer): boolean;
  /** The value when it is a whole number of few digits, else NaN: then `text` has to be read. */
  integer(index: number): number;
}

const NAME_END = 1;
const ENTRY_END = 2;
const [PLUS, MINUS, ZERO, NINE] = [0x2b, 0x2d, 0x30, 0x39];
/** Below 2^31, so that such a number is one of every type that RocketMQ compares with. */
const MOST_DIGITS = 9;

export class RecordProperties implements PropertyValues {
  private readonly names: readonly Buffer[];
  private readonly starts: number[];
  /** 0 for a property that is not there. */
  private readonly ends: number[];
  private bytes: Buffer = Buffer.alloc(0);

  constructor(names: readonly string[]) {
    this.names = names.map((name) => Buffer.from(name));
    this.starts = names.map(() => 0);
    this.ends = names.map(() => 0);
  }

  /** Reads as parseProperties does: the last of two values counts, and what is no entry is not. */
  scan(bytes: Buffer, from: number, to: number): void {
    this.bytes = bytes;
    const { ends } = this;
    for (let i = 0; i < ends.length; i++) ends[i] = 0;
    for (let at = from; at < to;) {
      let end = at;
      while (end < to && bytes[end] !== NAME_END && bytes[end] !== ENTRY_END) end++;
      if (end < to && bytes[end] === NAME_END) {
        const nameEnd = end++;
        while (end < to && bytes[end] !== ENTRY_END) end++;
        if (nameEnd > at && end > nameEnd + 1) this.take(at, nameEnd, end);
      }
      at = end + 1;
    }
  }

  has(index: number): boolean {
    return this.ends[index] !== 0;
  }

  text(index: number): string | null {
    const end = this.ends[index]!;
    return end === 0 ? null : this.bytes.toString('utf8', this.starts[index], end);
  }

  is(index: number, value: Buffer): boolean {
    const start = this.starts[index]!;
    return this.ends[index]! - start === value.length && isAt(this.bytes, start, value);
  }

  integer(index: number): number {
    const { bytes } = this;
    const end = this.ends[index]!;
    const start = this.starts[index]!;
    if (end === 0) return NaN;
    const sign = bytes[start];
    const digits = sign === MINUS || sign === PLUS ? start + 1 : start;
    if (end === digits || end - digits > MOST_DIGITS) return NaN;
    let value = 0;
    for (let at = digits; at < end; at++) {
      const digit = bytes[at]!;
      if (digit < ZERO || digit > NINE) return NaN;
      value = value * 10 + digit - ZERO;
    }
    return sign === MINUS ? 0 - value : value;
  }

  private take(at: number, nameEnd: number, end: number): void {
    const { names } = this;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (name.length !== nameEnd - at || !isAt(this.bytes, at, name)) continue;
      this.starts[i] = nameEnd + 1;
      this.ends[i] = end;
      return;
    }
  }
}

function isAt(bytes: Buffer, at: number, part: Buffer): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

/**
 * Where the properties of the record begin that stands from `at` to `end`, behind their length of
 * two bytes; -1 when the bytes are no whole record.
 */
export function propertiesStart(bytes: Buffer, at: number, end: number): number {
  if (at + RecordAt.bornHost > end) return -1;
  const magic = bytes.readInt32BE(at + RecordAt.magic);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) return -1;
  const sysFlag = bytes.readInt32BE(at + RecordAt.sysFlag);
  const born = (sysFlag & SysFlag.BORN_HOST_V6) !== 0 ? 16 : 4;
  const store = (sysFlag & SysFlag.STORE_HOST_V6) !== 0 ? 16 : 4;
  const bodyAt = at + RecordAt.bornHost + (born + 4) + 8 + (store + 4) + 4 + 8 + 4;
  if (bodyAt > end) return -1;
  const bodyBytes = bytes.readInt32BE(bodyAt - 4);
  const topicAt = bodyAt + bodyBytes + (magic === MAGIC_V2 ? 2 : 1);
  if (bodyBytes < 0 || topicAt > end) return -1;
  const topicBytes = magic === MAGIC_V2 ? bytes.readUInt16BE(topicAt - 2) : bytes[topicAt - 1]!;
  const start = topicAt + topicBytes + 2;
  if (start > end) return -1;
  const length = bytes.readInt16BE(start - 2);
  return length < 0 || start + length > end ? -1 : start;
}

/** Behind the properties that begin at `start`. */
export const propertiesEnd = (bytes: Buffer, start: number): number =>
  start + bytes.readInt16BE(start - 2);
