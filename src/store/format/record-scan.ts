// Checks one record of the log and reads the fields that the derived files need, without making
// an object of it (CommitLog.checkMessageAndReturnSize). Recovery, check and dump are built on it.

import { SysFlag } from '../../protocol/flags.js';
import { MAGIC_BLANK, MAGIC_V1, MAGIC_V2, readInt64 } from '../../protocol/message.js';
import { crcOfPart } from '../../protocol/body-crc.js';
import { crcMatches } from './crc-property.js';
import { type RecordKeys, readKeys } from './record-keys.js';

/** What a record says about its place in the derived files. */
export interface Indexed {
  topic: string;
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
  size: number;
  sysFlag: number;
  storeTimestamp: number;
  /** Properties as text. */
  readonly properties: string;
  readonly keys: RecordKeys;
}

export interface ScanOptions {
  checkBodyCrc: boolean;
  /** Check the property with the CRC of the whole record in place of the body's. */
  checkPropertyCrc: boolean;
}

export type Scan = 'record' | 'blank' | 'bad' | 'more';

const NOTHING = Buffer.alloc(0);
/** Fixed part of a record with IPv4 hosts, an empty body, topic and properties. */
const MIN_RECORD_BYTES = 91;
/** Shortest bytes that show what follows. */
const PREFIX_BYTES = 8;

export class RecordScanner implements Indexed {
  topic = '';
  queueId = 0;
  queueOffset = 0;
  physicalOffset = 0;
  /** Of the record or the blank. */
  size = 0;
  sysFlag = 0;
  storeTimestamp = 0;
  /** Why the last one was bad. */
  reason = '';
  private topicBytes: Buffer = NOTHING;
  /** Where the properties stand, and what was made of them. */
  private bytes: Buffer = NOTHING;
  private propertiesAt = 0;
  private propertiesEnd = 0;
  private text: string | undefined = '';
  private readKeys: RecordKeys | undefined;

  constructor(private readonly options: ScanOptions) {}

  /**
   * Looks at the record at `at`, whose log offset must be `offset`. 'more' when `bytes` ends
   * before the record does; `fileRest` is what is left of the file.
   */
  scan(bytes: Buffer, at: number, offset: number, fileRest: number): Scan {
    const available = bytes.length - at;
    if (available < PREFIX_BYTES) {
      return available < fileRest ? 'more' : this.bad('the file ends before the record');
    }
    const size = bytes.readInt32BE(at);
    const magic = bytes.readInt32BE(at + 4);
    this.size = size;
    if (magic === MAGIC_BLANK) {
      return size === fileRest ? 'blank' : this.bad(`a blank of ${size}, not ${fileRest} bytes`);
    }
    if (magic !== MAGIC_V1 && magic !== MAGIC_V2) {
      return this.bad(size === 0 && magic === 0 ? 'zeros' : `magic ${(magic >>> 0).toString(16)}`);
    }
    if (size < MIN_RECORD_BYTES || size > fileRest) return this.bad(`a size of ${size}`);
    if (size > available) return 'more';
    return this.read(bytes, at, offset, magic);
  }

  private read(bytes: Buffer, at: number, offset: number, magic: number): Scan {
    const end = at + this.size;
    const sysFlag = bytes.readInt32BE(at + 36);
    const born = (sysFlag & SysFlag.BORN_HOST_V6) !== 0 ? 20 : 8;
    const store = (sysFlag & SysFlag.STORE_HOST_V6) !== 0 ? 20 : 8;
    const storeTimeAt = at + 48 + born;
    const bodyLengthAt = storeTimeAt + 8 + store + 12;
    if (bodyLengthAt + 4 > end) return this.bad('lengths that leave the record');
    const bodyAt = bodyLengthAt + 4;
    const bodyLength = bytes.readInt32BE(bodyLengthAt);
    const topicLengthAt = bodyAt + bodyLength;
    const wide = magic === MAGIC_V2 ? 2 : 1;
    if (bodyLength < 0 || topicLengthAt + wide > end)
      return this.bad('lengths that leave the record');
    const topicLength =
      wide === 2 ? bytes.readUInt16BE(topicLengthAt) : bytes.readUInt8(topicLengthAt);
    const topicAt = topicLengthAt + wide;
    const propertiesAt = topicAt + topicLength + 2;
    if (propertiesAt > end) return this.bad('lengths that leave the record');
    if (propertiesAt + bytes.readInt16BE(propertiesAt - 2) !== end) {
      return this.bad('lengths that do not add up to its size');
    }
    if (topicLength === 0) return this.bad('no topic');
    // RocketMQ keeps a record that was torn in its properties; a text never ends with a zero.
    if (end > propertiesAt && bytes[end - 1] === 0) return this.bad('properties cut off');
    if (readInt64(bytes, at + 28) !== offset) return this.bad('the offset of another record');
    if (!this.crcFits(bytes, at, bodyAt, bodyLength)) return this.bad('a wrong CRC');
    this.readTopic(bytes, topicAt, topicLength);
    this.queueId = bytes.readInt32BE(at + 12);
    this.queueOffset = readInt64(bytes, at + 20);
    this.physicalOffset = offset;
    this.sysFlag = sysFlag;
    this.storeTimestamp = readInt64(bytes, storeTimeAt);
    this.bytes = bytes;
    this.propertiesAt = propertiesAt;
    this.propertiesEnd = end;
    this.text = this.readKeys = undefined;
    return 'record';
  }

  /** As long as the bytes are there that were scanned last, as `keys`. */
  get properties(): string {
    return (this.text ??= this.bytes.toString('utf8', this.propertiesAt, this.propertiesEnd));
  }

  get keys(): RecordKeys {
    const { topic, bytes, propertiesAt, propertiesEnd } = this;
    return (this.readKeys ??= readKeys(topic, bytes, propertiesAt, propertiesEnd));
  }

  /** Most records are of the same topic as the one before. */
  private readTopic(bytes: Buffer, at: number, length: number): void {
    const { topicBytes } = this;
    let same = topicBytes.length === length;
    for (let i = 0; same && i < length; i++) same = topicBytes[i] === bytes[at + i];
    if (same) return;
    this.topicBytes = Buffer.from(bytes.subarray(at, at + length));
    this.topic = this.topicBytes.toString('utf8');
  }

  private crcFits(bytes: Buffer, at: number, bodyAt: number, bodyLength: number): boolean {
    if (this.options.checkPropertyCrc) return crcMatches(bytes.subarray(at, at + this.size));
    if (!this.options.checkBodyCrc || bodyLength === 0) return true;
    return crcOfPart(bytes, bodyAt, bodyAt + bodyLength) === bytes.readInt32BE(at + 8);
  }

  private bad(reason: string): Scan {
    this.reason = reason;
    return 'bad';
  }
}

/** Store time of a record of which the first bytes are given, or -1. */
export function storeTimestampOf(head: Buffer): number {
  if (head.length < 76) return -1;
  const magic = head.readInt32BE(4);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) return -1;
  const bornV6 = (head.readInt32BE(36) & SysFlag.BORN_HOST_V6) !== 0;
  return readInt64(head, bornV6 ? 68 : 56);
}

/** Bytes of a record that `storeTimestampOf` needs. */
export const HEAD_BYTES = 76;
