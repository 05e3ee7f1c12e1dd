// Conversations between Apache RocketMQ 5.5.0's clients and servers, as a proxy saw them.

import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('../golden/wire/', import.meta.url);

export interface CapturedHeader {
  code: number;
  flag: number;
  opaque: number;
  version: number;
  /** Of a JSON header; a binary one has a number instead. */
  language?: string;
  languageCode?: number;
  remark?: string | null;
  extFields?: Record<string, string> | null;
}

export interface CapturedFrame {
  /** Milliseconds since the first frame. */
  t: number;
  /** Number of the TCP connection. */
  conn: number;
  /** Who speaks to whom: client>broker, client>namesrv, broker>namesrv, … */
  link: string;
  dir: 'c2s' | 's2c';
  kind: 'request' | 'response' | 'oneway';
  /** Name of the request or, of a response, of its code. */
  codeName: string;
  /** Name of the request that a response answers. */
  answers?: string;
  serializeType: 'JSON' | 'ROCKETMQ';
  header: CapturedHeader;
  headerBase64: string;
  bodyBase64?: string;
}

/** Names of all captures. */
export function captureNames(): string[] {
  return readdirSync(folder).map((file) => file.replace('.jsonl.gz', ''));
}

/** The frames of a capture, in order; opened and closed connections are left out. */
export function captured(name: string): CapturedFrame[] {
  const text = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder))).toString();
  const lines = text.trim().split('\n').slice(1);
  return lines.map((line) => JSON.parse(line) as CapturedFrame).filter((frame) => frame.header);
}

/** The frame's bytes behind its first length field. */
export function frameBytes(frame: CapturedFrame): Buffer {
  const header = Buffer.from(frame.headerBase64, 'base64');
  const body = Buffer.from(frame.bodyBase64 ?? '', 'base64');
  const word = Buffer.alloc(4);
  word.writeInt32BE(((frame.serializeType === 'ROCKETMQ' ? 1 : 0) << 24) | header.length);
  return Buffer.concat([word, header, body]);
}
