// Frames that no client sends: what they are called, their bytes, and what should come of them.

import { encodeFrameHeader, Serialize } from '../../src/protocol/frame.js';

export interface HostileFrame {
  name: string;
  bytes: Buffer;
  /** What the peer sees: an answer with this code, or the end of the connection. */
  outcome: number | 'closed';
  /** What the log says about it. */
  log: RegExp;
}

const HEART_BEAT = 34;
const GET_ROUTE = 105;
export const SYSTEM_ERROR = 1;
export const NOT_SUPPORTED = 3;

/** A frame with a length field and a word of our choice. */
export function rawFrame(
  header: Buffer,
  lengths: { total?: number; header?: number } = {},
): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(lengths.total ?? 4 + header.length, 0);
  head.writeInt32BE(lengths.header ?? header.length, 4);
  return Buffer.concat([head, header]);
}

const json = (text: string): Buffer => rawFrame(Buffer.from(text));
const request = (fields: object): Buffer => json(JSON.stringify({ opaque: 1, flag: 0, ...fields }));

function binary(change: (header: Buffer) => void): Buffer {
  const fields = { code: GET_ROUTE, opaque: 1, flag: 0, ext: { topic: 'T' } };
  const bytes = encodeFrameHeader({ ...fields, serialize: Serialize.ROCKETMQ }, 0);
  change(bytes.subarray(8));
  return bytes;
}

const lengthCase = (total: number): HostileFrame => ({
  name: `a length of ${total}`,
  bytes: rawFrame(Buffer.from('{"code":105}'), { total }),
  outcome: 'closed',
  log: new RegExp(`a length of ${total} bytes`),
});

const jsonCase = (name: string, text: string, log: RegExp): HostileFrame => ({
  name,
  bytes: json(text),
  outcome: 'closed',
  log,
});

export const HOSTILE: HostileFrame[] = [
  ...[0, 1, 3, -1, -0x80000000, 16 * 1024 * 1024 + 1, 0x7fffffff].map(lengthCase),
  {
    name: 'a header longer than the frame',
    bytes: rawFrame(Buffer.from('{"code":105}'), { header: 4000 }),
    outcome: 'closed',
    log: /a header of 4000 bytes in a frame of 16/,
  },
  {
    name: 'a header length that fills its field',
    bytes: rawFrame(Buffer.from('{"code":105}'), { header: 0xffffff }),
    outcome: 'closed',
    log: /a header of 16777215 bytes/,
  },
  {
    name: 'an unknown serialization',
    bytes: rawFrame(Buffer.from('{"code":105}'), { header: (7 << 24) | 12 }),
    outcome: 'closed',
    log: /unknown serialization 7/,
  },
  { name: 'no header', bytes: rawFrame(Buffer.alloc(0)), outcome: 'closed', log: /bad frame/ },
  jsonCase('JSON cut in half', '{"code":105,"flag":', /the header is not JSON/),
  jsonCase('no JSON at all', 'GET / HTTP/1.1\r\n\r\n', /the header is not JSON/),
  jsonCase('a JSON number', '42', /not a JSON object/),
  jsonCase('JSON null', 'null', /not a JSON object/),
  jsonCase('a JSON array', '[105]', /the header has no code|not a JSON object/),
  jsonCase('no code', '{"flag":0,"opaque":1}', /the header has no code/),
  jsonCase('a code in words', '{"code":"route","opaque":1}', /the header has no code/),
  jsonCase('extFields that are a list', '{"code":105,"extFields":["T"]}', /extFields/),
  jsonCase('extFields that are text', '{"code":105,"extFields":"T"}', /extFields/),
  jsonCase('JSON nested deep', '['.repeat(100_000), /the header is not JSON/),
  {
    name: 'a remark that leaves its binary header',
    bytes: binary((header) => header.writeInt32BE(0x7fffffff, 13)),
    outcome: 'closed',
    log: /the remark leaves the header/,
  },
  {
    name: 'a negative length in a binary header',
    bytes: binary((header) => header.writeInt32BE(-5, 17)),
    outcome: 'closed',
    log: /the extFields leave the header/,
  },
  {
    name: 'a key that leaves its binary header',
    bytes: binary((header) => header.writeInt16BE(0x7fff, 21)),
    outcome: 'closed',
    log: /an extField key leaves the header/,
  },
  {
    name: 'a code that nobody knows',
    bytes: request({ code: 31999 }),
    outcome: NOT_SUPPORTED,
    log: /request type 31999 not supported/,
  },
  {
    name: 'a negative code',
    bytes: request({ code: -7 }),
    outcome: NOT_SUPPORTED,
    log: /request type -7 not supported/,
  },
  {
    name: 'a required field that is missing',
    bytes: request({ code: GET_ROUTE, extFields: {} }),
    outcome: SYSTEM_ERROR,
    log: /GET_ROUTEINFO_BY_TOPIC.*the required field topic is missing/,
  },
  {
    name: 'a body that is not there',
    bytes: request({ code: HEART_BEAT }),
    outcome: SYSTEM_ERROR,
    log: /HEART_BEAT/,
  },
];

/** Wrong types in the fields of requests that a broker serves. */
export const HOSTILE_TO_BROKERS: HostileFrame[] = [
  ['text for a number', { topic: 'T', queueId: 'many' }, /queueId is \\?"many/],
  ['a fraction', { topic: 'T', queueId: '1.5' }, /queueId is \\?"1.5/],
  ['a number too large', { topic: 'T', queueId: '99999999999' }, /queueId is \\?"99999999999/],
  ['an empty number', { topic: 'T', queueId: '' }, /queueId is \\?"/],
].map(([name, extFields, log]) => ({
  name: name as string,
  bytes: request({ code: 30, extFields }),
  outcome: SYSTEM_ERROR,
  log: log as RegExp,
}));
