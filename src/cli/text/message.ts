// How RocketMQ's tools print messages, and the file that keeps a message's body.

import { join } from 'node:path';
import { tmpdir } from 'node:os';
import type { MessageTrack } from '../../client/admin/messages.js';
import { messageExtText, propertiesText } from '../../client/java-text.js';
import type { ReceivedMessage } from '../../client/message.js';
import { usage } from '../flags/argv.js';
import { dateTimeMillis, format } from '../output/format.js';
import type { Io } from '../process/io.js';

/** A message with what queryMsgById tells of it. */
export interface MessageDetail {
  message: ReceivedMessage;
  bodyPath: string;
  tracks: MessageTrack[];
}

/** Writes the body where RocketMQ does; the path. */
export function saveBody({ files, platform }: Io, message: ReceivedMessage): string {
  const folder = join(platform === 'win32' ? tmpdir() : '/tmp', 'rocketmq', 'msgbodys');
  files.mkdirp(folder);
  const path = join(folder, message.msgId.replace(/[^\w.-]/g, '_'));
  files.writeTextAtomic(path, message.body);
  return path;
}

export interface DetailOptions {
  /** The body is printed as text of it. */
  charset?: string | undefined;
  /** As queryMsgByUniqueKey prints it: without the offset id, tracks in one line. */
  uniqueKey?: boolean;
}

export function messageDetailText(
  { message, bodyPath, tracks }: MessageDetail,
  { charset, uniqueKey = false }: DetailOptions,
): string {
  const rows: [string, string | number][] = [
    ['Topic:', message.topic],
    ['Tags:', `[${message.tags ?? 'null'}]`],
    ['Keys:', `[${message.keys ?? 'null'}]`],
    ['Queue ID:', message.queueId],
    ['Queue Offset:', message.queueOffset],
    ['CommitLog Offset:', message.commitLogOffset],
    ['Reconsume Times:', message.reconsumeTimes],
    ['Born Timestamp:', dateTimeMillis(message.bornTimestamp)],
    ['Store Timestamp:', dateTimeMillis(message.storeTimestamp)],
    ['Born Host:', message.bornHost],
    ['Store Host:', message.storeHost],
    ['System Flag:', message.sysFlag],
    ['Properties:', propertiesText(message.properties)],
    ['Message Body Path:', bodyPath],
  ];
  if (charset !== undefined) rows.push(['Message Body:', decoded(message.body, charset)]);
  if (!uniqueKey) rows.unshift(['OffsetID:', message.offsetMsgId]);
  const lines = rows.map(([name, value]) => format('%-20s %s%n', name, value));
  const consumers =
    tracks.length === 0
      ? '\n\nWARN: No Consumer'
      : `\n\n${tracks.map((track) => trackText(track) + (uniqueKey ? '' : '\n')).join('')}`;
  return lines.join('') + consumers;
}

const trackText = ({ consumerGroup, trackType, exceptionDesc }: MessageTrack): string =>
  `MessageTrack [consumerGroup=${consumerGroup}, trackType=${trackType}, ` +
  `exceptionDesc=${exceptionDesc ?? 'null'}]`;

/** `MSGID: … MessageExt […] BODY: …` of consumeMessage and printMsg. */
export function messageLine(message: ReceivedMessage, body: string): string {
  return `MSGID: ${message.msgId} ${messageExtText(message)} BODY: ${body}\n`;
}

/** Text of bytes in a character set that the user named. */
export function decoded(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch (error) {
    if (error instanceof RangeError) throw usage(`'${charset}' is no known character set`);
    throw error;
  }
}

/** A message as one JSON document shows it: the body as text where it is text. */
export function messageJson(message: ReceivedMessage): Record<string, unknown> {
  const { body, ...rest } = message;
  const text = body.toString('utf8');
  return Buffer.from(text).equals(body)
    ? { ...rest, body: text }
    : { ...rest, bodyBase64: body.toString('base64') };
}

/** Milliseconds, or `yyyy-MM-dd#HH:mm:ss:SSS` in local time. */
export function timestampOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const parts = /^(\d{4})-(\d\d?)-(\d\d?)#(\d\d?):(\d\d?):(\d\d?):(\d{1,3})$/.exec(text);
  const form = 'write milliseconds, or 2026-01-31#09:05:07:000';
  if (!parts) throw usage(`'${text}' is no time`, form);
  const [year, month, day, hour, minute, second, millis] = parts.slice(1).map(Number);
  return new Date(year!, month! - 1, day, hour, minute, second, millis).getTime();
}
