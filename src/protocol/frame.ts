// The remoting frame (RemotingCommand): header in JSON or ROCKETMQ form, and a body.
//
//   0  int32  length of all that follows          8     header (n bytes)
//   4  int32  serialization << 24 | n             8+n   body

import { MqError } from '../base/errors.js';
import type { ExtFields, HeaderCodec } from './fields.js';
import { CURRENT_VERSION, LANGUAGES } from './flags.js';
import { jsonMembers, quoted } from './json-fields.js';

/** Serialization of a frame's header (SerializeType). */
export const Serialize = { JSON: 0, ROCKETMQ: 1 } as const;
export type SerializeType = 0 | 1;

/** Largest frame that RocketMQ's decoder takes, in bytes. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

const RESPONSE_FLAG = 1;
const ONEWAY_FLAG = 2;

export interface Frame {
  code: number;
  language: string;
  version: number;
  opaque: number;
  flag: number;
  remark: string | undefined;
  /** Read it only where it is needed: it may be parsed by that. */
  readonly ext: ExtFields | undefined;
  /** The request's header, when it was decoded together with the frame. */
  readonly header?: unknown;
  serialize: SerializeType;
  body: Buffer;
}

/** A header and who knows how its fields are written. */
export interface TypedHeader {
  codec: HeaderCodec<unknown>;
  header: unknown;
}

/** What an encoder needs of a frame; the rest has defaults. */
export interface FrameFields {
  code: number;
  opaque: number;
  flag: number;
  remark?: string | undefined;
  ext?: ExtFields | undefined;
  /** Fields in front of `ext`, of other names. */
  typed?: TypedHeader | undefined;
  serialize?: SerializeType;
  language?: string;
  version?: number;
}

export const isResponse = (frame: Frame): boolean => (frame.flag & RESPONSE_FLAG) !== 0;
export const isOneway = (frame: Frame): boolean => (frame.flag & ONEWAY_FLAG) !== 0;
export const FrameFlag = { REQUEST: 0, RESPONSE: RESPONSE_FLAG, ONEWAY: ONEWAY_FLAG } as const;

const EMPTY = Buffer.alloc(0);

/** Decodes a frame without its first length field; the body is a view. Throws BAD_FRAME. */
export function decodeFrame(bytes: Buffer): Frame {
  if (bytes.length < 4) throw bad('shorter than its header length field');
  const word = bytes.readInt32BE(0);
  const serialize = word >>> 24;
  const headerLength = word & 0xffffff;
  const bodyAt = 4 + headerLength;
  if (bodyAt > bytes.length) {
    throw bad(`a header of ${headerLength} bytes in a frame of ${bytes.length}`);
  }
  const body = bodyAt === bytes.length ? EMPTY : bytes.subarray(bodyAt);
  if (serialize === Serialize.JSON) return decodeJson(bytes.toString('utf8', 4, bodyAt), body);
  if (serialize === Serialize.ROCKETMQ) return decodeBinary(bytes.subarray(4, bodyAt), body);
  throw bad(`unknown serialization ${serialize}`);
}

/** Encodes a frame's lengths and header; `bodyBytes` of body must follow it on the wire. */
export function encodeFrameHeader(fields: FrameFields, bodyBytes: number): Buffer {
  return fields.serialize === Serialize.ROCKETMQ
    ? encodeBinary(fields, bodyBytes)
    : encodeJson(fields, bodyBytes);
}

function bad(reason: string): MqError {
  return new MqError('BAD_FRAME', { reason });
}

function decodeJson(text: string, body: Buffer): Frame {
  let raw: Partial<Record<keyof Frame | 'extFields', unknown>>;
  try {
    raw = JSON.parse(text) as typeof raw;
  } catch (cause) {
    throw new MqError('BAD_FRAME', { reason: 'the header is not JSON' }, { cause });
  }
  if (raw === null || typeof raw !== 'object') throw bad('the header is not a JSON object');
  const { code, opaque, flag, remark, extFields } = raw;
  if (typeof code !== 'number') throw bad('the header has no code');
  return {
    code,
    language: typeof raw.language === 'string' ? raw.language : 'OTHER',
    version: typeof raw.version === 'number' ? raw.version : 0,
    opaque: typeof opaque === 'number' ? opaque : 0,
    flag: typeof flag === 'number' ? flag : 0,
    remark: typeof remark === 'string' ? remark : undefined,
    ext: extFields ? textFields(extFields) : undefined,
    serialize: Serialize.JSON,
    body,
  };
}

/** extFields are text, but some clients (Node, Python) send bare numbers and booleans. */
function textFields(value: unknown): ExtFields {
  if (typeof value !== 'object' || Array.isArray(value)) throw bad('extFields is not an object');
  const ext = value as Record<string, unknown>;
  for (const key in ext) {
    const item = ext[key];
    if (typeof item === 'string') continue;
    if (item === null || item === undefined) delete ext[key];
    else ext[key] = typeof item === 'object' ? JSON.stringify(item) : String(item as number);
  }
  return ext as ExtFields;
}

/** Headers are written one behind the other: a buffer of its own for each costs 0.3 us more. */
const SLAB_BYTES = 64 * 1024;
let slab = Buffer.alloc(0);
let slabUsed = 0;

function encodeJson(fields: FrameFields, bodyBytes: number): Buffer {
  const text = jsonHeader(fields);
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const mostBytes = 8 + text.length * 3;
  if (mostBytes > SLAB_BYTES / 8) return encodeLongJson(text, bodyBytes);
  if (slabUsed + mostBytes > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    slabUsed = 0;
  }
  const start = slabUsed;
  const headerBytes = slab.write(text, start + 8, 'utf8');
  slab.writeInt32BE(4 + headerBytes + bodyBytes, start);
  slab.writeInt32BE(headerBytes, start + 4);
  slabUsed = start + 8 + headerBytes;
  return slab.subarray(start, slabUsed);
}

function encodeLongJson(text: string, bodyBytes: number): Buffer {
  const headerBytes = Buffer.byteLength(text);
  const out = Buffer.allocUnsafe(8 + headerBytes);
  out.writeInt32BE(4 + headerBytes + bodyBytes, 0);
  out.writeInt32BE(headerBytes, 4);
  out.write(text, 8, 'utf8');
  return out;
}

/** Keys in the order of RocketMQ's own writer; absent extFields and remark are left out. */
function jsonHeader(fields: FrameFields): string {
  const { code, ext, flag, opaque, remark, typed } = fields;
  let text = `{"code":${code}`;
  if (typed || ext) {
    const members = typed ? typed.codec.jsonMembers(typed.header) : '';
    const more = ext ? jsonMembers(ext) : '';
    text += `,"extFields":{${members}${members !== '' && more !== '' ? ',' : ''}${more}}`;
  }
  text += `,"flag":${flag},"language":"${fields.language ?? 'JAVA'}","opaque":${opaque}`;
  if (remark !== undefined) text += `,"remark":${quoted(remark)}`;
  const version = fields.version ?? CURRENT_VERSION;
  return `${text},"serializeTypeCurrentRPC":"JSON","version":${version}}`;
}

// ROCKETMQ form: code i16, language i8, version i16, opaque i32, flag i32, remark (i32 length),
// then i32 length of the entries, each key (i16 length) and value (i32 length).
const BINARY_FIXED_BYTES = 2 + 1 + 2 + 4 + 4 + 4 + 4;

function decodeBinary(header: Buffer, body: Buffer): Frame {
  if (header.length < BINARY_FIXED_BYTES) throw bad(`a binary header of ${header.length} bytes`);
  const remarkBytes = header.readInt32BE(13);
  const extLengthAt = 17 + remarkBytes;
  if (remarkBytes < 0 || extLengthAt + 4 > header.length) throw bad('the remark leaves the header');
  const extBytes = header.readInt32BE(extLengthAt);
  const end = extLengthAt + 4 + extBytes;
  if (extBytes < 0 || end > header.length) throw bad('the extFields leave the header');
  return {
    code: header.readInt16BE(0),
    language: LANGUAGES[header.readUInt8(2)] ?? 'OTHER',
    version: header.readInt16BE(3),
    opaque: header.readInt32BE(5),
    flag: header.readInt32BE(9),
    remark: remarkBytes > 0 ? header.toString('utf8', 17, extLengthAt) : undefined,
    ext: extBytes > 0 ? decodeEntries(header, extLengthAt + 4, end) : undefined,
    serialize: Serialize.ROCKETMQ,
    body,
  };
}

function decodeEntries(header: Buffer, start: number, end: number): ExtFields {
  const ext: ExtFields = {};
  let at = start;
  while (at < end) {
    if (at + 2 > end) throw bad('a cut extField key');
    const keyAt = at + 2;
    const valueLengthAt = keyAt + header.readUInt16BE(at);
    if (valueLengthAt + 4 > end) throw bad('an extField key leaves the header');
    const valueAt = valueLengthAt + 4;
    const valueBytes = header.readInt32BE(valueLengthAt);
    if (valueBytes < 0 || valueAt + valueBytes > end) throw bad('an extField leaves the header');
    at = valueAt + valueBytes;
    // A zero length string decodes as null in RocketMQ: the field is absent.
    if (valueBytes > 0) {
      ext[header.toString('utf8', keyAt, valueLengthAt)] = header.toString('utf8', valueAt, at);
    }
  }
  return ext;
}

function encodeBinary(fields: FrameFields, bodyBytes: number): Buffer {
  const { code, flag, opaque, typed } = fields;
  const ext = typed ? Object.assign(typed.codec.encode(typed.header), fields.ext) : fields.ext;
  const remark = fields.remark ?? '';
  const remarkBytes = Buffer.byteLength(remark);
  let extBytes = 0;
  for (const key in ext) extBytes += 6 + Buffer.byteLength(key) + Buffer.byteLength(ext[key]!);
  const headerBytes = BINARY_FIXED_BYTES + remarkBytes + extBytes;
  const out = Buffer.allocUnsafe(8 + headerBytes);
  out.writeInt32BE(4 + headerBytes + bodyBytes, 0);
  out.writeInt32BE((Serialize.ROCKETMQ << 24) | headerBytes, 4);
  // Codes over 32767 do not fit: RocketMQ cuts them the same way.
  out.writeInt16BE((code << 16) >> 16, 8);
  out.writeUInt8(Math.max(0, LANGUAGES.indexOf((fields.language ?? 'JAVA') as 'JAVA')), 10);
  out.writeInt16BE(fields.version ?? CURRENT_VERSION, 11);
  out.writeInt32BE(opaque, 13);
  out.writeInt32BE(flag, 17);
  out.writeInt32BE(remarkBytes, 21);
  let at = 25 + out.write(remark, 25, 'utf8');
  out.writeInt32BE(extBytes, at);
  at += 4;
  for (const key in ext) {
    const value = ext[key]!;
    const keyBytes = out.write(key, at + 2, 'utf8');
    out.writeInt16BE(keyBytes, at);
    at += 2 + keyBytes;
    const valueBytes = out.write(value, at + 4, 'utf8');
    out.writeInt32BE(valueBytes, at);
    at += 4 + valueBytes;
  }
  return out;
}
