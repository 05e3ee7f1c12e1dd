// One message record: the bytes of the commitlog and of pull answers (MessageDecoder, CommitLog).
//
//   0  totalSize i32        20  queueOffset i64        48  bornHost 8|20 (bytes, port i32)
//   4  magic i32            28  physicalOffset i64      +  storeTimestamp i64, storeHost 8|20
//   8  bodyCRC i32          36  sysFlag i32             +  reconsumeTimes i32
//  12  queueId i32          40  bornTimestamp i64       +  preparedTransactionOffset i64
//  16  flag i32                                         +  body i32+n, topic i8|i16+n, props i16+n

import assert from 'node:assert';
import { type Bytes, copyPart, setInt64, withView } from '../base/bytes.js';
import type { BatchPart } from './batch.js';
import { crcOfPart } from './body-crc.js';
import { SysFlag } from './flags.js';
import type { Host } from './host.js';

export const MAGIC_V1 = 0xdaa320a7 | 0;
export const MAGIC_V2 = 0xdaa320ab | 0;
/** Marks the unused rest of a commitlog file. */
export const MAGIC_BLANK = 0xcbd43194 | 0;

/** Fixed offsets in a record, for code that reads single fields of it. */
export const RecordAt = {
  totalSize: 0,
  magic: 4,
  bodyCrc: 8,
  queueId: 12,
  flag: 16,
  queueOffset: 20,
  physicalOffset: 28,
  sysFlag: 36,
  bornTimestamp: 40,
  bornHost: 48,
} as const;

/** Longest properties text, in bytes (Short.MAX_VALUE). */
export const MAX_PROPERTIES_BYTES = 32767;
const MAX_V1_TOPIC_BYTES = 127;

export interface MessageRecord {
  topic: string;
  queueId: number;
  flag: number;
  queueOffset: number;
  physicalOffset: number;
  sysFlag: number;
  bornTimestamp: number;
  bornHost: Host;
  storeTimestamp: number;
  storeHost: Host;
  reconsumeTimes: number;
  preparedTransactionOffset: number;
  body: Buffer;
  /** Properties as text, see properties.ts. */
  properties: string;
}

export interface DecodedRecord extends MessageRecord {
  totalSize: number;
  magic: number;
  bodyCrc: number;
}

/** CRC-32 of a body as RocketMQ stores it: the sign bit cleared. */
export function bodyCrc(body: Buffer): number {
  return crcOfPart(body, 0, body.length);
}

/** sysFlag with the address bits that fit the hosts of the record. */
export function withHostFlags(sysFlag: number, bornHost: Host, storeHost: Host): number {
  const cleared = sysFlag & ~(SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6);
  return (
    cleared |
    (bornHost.address.length === 16 ? SysFlag.BORN_HOST_V6 : 0) |
    (storeHost.address.length === 16 ? SysFlag.STORE_HOST_V6 : 0)
  );
}

/** Size of the encoded record in bytes; the hosts' sizes must agree with sysFlag. */
export const recordSize = (record: MessageRecord): number =>
  sizeAround(record) + record.body.length + Buffer.byteLength(record.properties);

/** As `recordSize`, with body and properties of a message in a batch. */
export const partSize = (record: MessageRecord, part: BatchPart): number =>
  sizeAround(record) + part.bodyEnd - part.bodyAt + part.propertiesEnd - part.propertiesAt;

/** Of everything but body and properties. */
function sizeAround({ topic, bornHost, storeHost }: MessageRecord): number {
  const topicBytes = bytesOfTopic(topic).length;
  const wide = topicBytes > MAX_V1_TOPIC_BYTES;
  return (
    48 +
    (bornHost.address.length + 4) +
    8 +
    (storeHost.address.length + 4) +
    4 +
    8 +
    4 +
    (wide ? 2 : 1) +
    topicBytes +
    2
  );
}

export function encodedRecord(record: MessageRecord): Buffer {
  const out = withView(Buffer.allocUnsafe(recordSize(record)));
  encodeRecord(record, out, 0, out.buffer.length);
  return out.buffer;
}

/** Writes the record of `size` = recordSize(record) bytes at `at`; where its properties begin. */
export function encodeRecord(record: MessageRecord, to: Bytes, at: number, size: number): number {
  const { body } = record;
  let p = encodeHead(record, bodyCrc(body), body.length, to, at, size);
  to.buffer.set(body, p);
  p = encodeTopic(record.topic, to, p + body.length);
  const propertiesAt = encodePropertiesLength(at + size - p - 2, to, p);
  to.buffer.write(record.properties, propertiesAt, 'utf8');
  return propertiesAt;
}

/** As `encodeRecord`, with body and properties of a message in a batch. */
export function encodePart(
  record: MessageRecord,
  batch: Bytes,
  part: BatchPart,
  to: Bytes,
  at: number,
  size: number,
): number {
  const { bodyAt, bodyEnd } = part;
  const crc = crcOfPart(batch.buffer, bodyAt, bodyEnd);
  let p = encodeHead(record, crc, bodyEnd - bodyAt, to, at, size);
  copyPart(batch, bodyAt, bodyEnd, to, p);
  p = encodeTopic(record.topic, to, p + bodyEnd - bodyAt);
  const propertiesAt = encodePropertiesLength(at + size - p - 2, to, p);
  copyPart(batch, part.propertiesAt, part.propertiesEnd, to, propertiesAt);
  return propertiesAt;
}

/** Everything before the body, which begins where this ends. */
function encodeHead(
  record: MessageRecord,
  crc: number,
  bodyBytes: number,
  to: Bytes,
  at: number,
  size: number,
): number {
  const { view } = to;
  const wide = bytesOfTopic(record.topic).length > MAX_V1_TOPIC_BYTES;
  view.setInt32(at, size);
  view.setInt32(at + 4, wide ? MAGIC_V2 : MAGIC_V1);
  view.setInt32(at + 8, crc);
  view.setInt32(at + 12, record.queueId);
  view.setInt32(at + 16, record.flag);
  setInt64(view, at + 20, record.queueOffset);
  setInt64(view, at + 28, record.physicalOffset);
  view.setInt32(at + 36, record.sysFlag);
  setInt64(view, at + 40, record.bornTimestamp);
  let p = encodeHost(record.bornHost, to, at + 48);
  setInt64(view, p, record.storeTimestamp);
  p = encodeHost(record.storeHost, to, p + 8);
  view.setInt32(p, record.reconsumeTimes);
  setInt64(view, p + 4, record.preparedTransactionOffset);
  view.setInt32(p + 12, bodyBytes);
  return p + 16;
}

function encodeHost({ address, port }: Host, to: Bytes, at: number): number {
  // short enough that a loop is done before a call would be
  for (let i = 0; i < address.length; i++) to.buffer[at + i] = address[i];
  to.view.setInt32(at + address.length, port);
  return at + address.length + 4;
}

function encodeTopic(text: string, to: Bytes, at: number): number {
  const topic = bytesOfTopic(text);
  const wide = topic.length > MAX_V1_TOPIC_BYTES;
  if (wide) to.view.setInt16(at, topic.length);
  else to.view.setInt8(at, topic.length);
  const topicAt = at + (wide ? 2 : 1);
  to.buffer.set(topic, topicAt);
  return topicAt + topic.length;
}

function encodePropertiesLength(length: number, to: Bytes, at: number): number {
  assert(length <= MAX_PROPERTIES_BYTES, 'the properties are too long for their length');
  to.view.setInt16(at, length);
  return at + 2;
}

let lastTopic = '';
let lastTopicBytes = Buffer.alloc(0);

/** Most records are of the same topic as the one before. */
function bytesOfTopic(topic: string): Buffer {
  if (topic === lastTopic) return lastTopicBytes;
  lastTopic = topic;
  return (lastTopicBytes = Buffer.from(topic));
}

/** A safe integer as int64, without the cost of a bigint. */
export function writeInt64(out: Buffer, value: number, at: number): void {
  out.writeInt32BE(Math.floor(value / 0x100000000), at);
  out.writeUInt32BE(value >>> 0, at + 4);
}

/** An int64 as a number; exact for the offsets, sizes and times that stay below 2^53. */
export function readInt64(from: Buffer, at: number): number {
  return from.readInt32BE(at) * 0x100000000 + from.readUInt32BE(at + 4);
}

/**
 * Decodes the record at `at`; `body` is a view. Returns undefined when the bytes are no whole
 * record: unknown magic, a size that does not fit, or lengths that leave the record.
 */
export function decodeRecord(bytes: Buffer, at = 0): DecodedRecord | undefined {
  if (at + 8 > bytes.length) return undefined;
  const totalSize = bytes.readInt32BE(at);
  const magic = bytes.readInt32BE(at + 4);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) return undefined;
  const end = at + totalSize;
  const sysFlag = at + 40 <= bytes.length ? bytes.readInt32BE(at + 36) : 0;
  const born = (sysFlag & SysFlag.BORN_HOST_V6) !== 0 ? 16 : 4;
  const store = (sysFlag & SysFlag.STORE_HOST_V6) !== 0 ? 16 : 4;
  const bodyLengthAt = at + 48 + (born + 4) + 8 + (store + 4) + 4 + 8;
  if (end > bytes.length || bodyLengthAt + 4 > end) return undefined;
  const bodyAt = bodyLengthAt + 4;
  const bodyLength = bytes.readInt32BE(bodyLengthAt);
  const topicLengthAt = bodyAt + bodyLength;
  const lengthBytes = magic === MAGIC_V2 ? 2 : 1;
  if (bodyLength < 0 || topicLengthAt + lengthBytes > end) return undefined;
  const topicAt = topicLengthAt + lengthBytes;
  const topicLength =
    lengthBytes === 2 ? bytes.readUInt16BE(topicLengthAt) : bytes.readUInt8(topicLengthAt);
  const propertiesLengthAt = topicAt + topicLength;
  if (propertiesLengthAt + 2 > end) return undefined;
  const propertiesAt = propertiesLengthAt + 2;
  const propertiesLength = bytes.readInt16BE(propertiesLengthAt);
  if (propertiesLength < 0 || propertiesAt + propertiesLength > end) return undefined;
  const storeAt = at + 48 + born + 4;
  return {
    totalSize,
    magic,
    bodyCrc: bytes.readInt32BE(at + 8),
    queueId: bytes.readInt32BE(at + 12),
    flag: bytes.readInt32BE(at + 16),
    queueOffset: readInt64(bytes, at + 20),
    physicalOffset: readInt64(bytes, at + 28),
    sysFlag,
    bornTimestamp: readInt64(bytes, at + 40),
    bornHost: readHost(bytes, at + 48, born),
    storeTimestamp: readInt64(bytes, storeAt),
    storeHost: readHost(bytes, storeAt + 8, store),
    reconsumeTimes: bytes.readInt32BE(bodyLengthAt - 12),
    preparedTransactionOffset: readInt64(bytes, bodyLengthAt - 8),
    body: bytes.subarray(bodyAt, topicLengthAt),
    topic: bytes.toString('utf8', topicAt, propertiesLengthAt),
    properties: bytes.toString('utf8', propertiesAt, propertiesAt + propertiesLength),
  };
}

/** The properties of a record without decoding the rest of it; undefined as in `decodeRecord`. */
export function recordProperties(bytes: Buffer): string | undefined {
  if (bytes.length < RecordAt.bornHost) return undefined;
  const sysFlag = bytes.readInt32BE(RecordAt.sysFlag);
  const born = (sysFlag & SysFlag.BORN_HOST_V6) !== 0 ? 16 : 4;
  const store = (sysFlag & SysFlag.STORE_HOST_V6) !== 0 ? 16 : 4;
  const bodyLengthAt = RecordAt.bornHost + (born + 4) + 8 + (store + 4) + 4 + 8;
  const end = bytes.length;
  if (bodyLengthAt + 4 > end) return undefined;
  const topicLengthAt = bodyLengthAt + 4 + bytes.readInt32BE(bodyLengthAt);
  if (topicLengthAt < bodyLengthAt + 4 || topicLengthAt + 2 > end) return undefined;
  const wide = bytes.readInt32BE(RecordAt.magic) === MAGIC_V2;
  const topicBytes = wide ? bytes.readUInt16BE(topicLengthAt) : bytes.readUInt8(topicLengthAt);
  const lengthAt = topicLengthAt + (wide ? 2 : 1) + topicBytes;
  if (lengthAt + 2 > end) return undefined;
  const length = bytes.readInt16BE(lengthAt);
  if (length < 0 || lengthAt + 2 + length > end) return undefined;
  return bytes.toString('utf8', lengthAt + 2, lengthAt + 2 + length);
}

function readHost(bytes: Buffer, at: number, length: number): Host {
  return { address: bytes.subarray(at, at + length), port: bytes.readInt32BE(at + length) };
}

/** All whole records of a pull answer, in order. */
export function decodeRecords(bytes: Buffer): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const record = decodeRecord(bytes, at);
    if (!record) break;
    records.push(record);
    at += record.totalSize;
  }
  return records;
}
