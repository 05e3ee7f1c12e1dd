// How a look at a store directory is printed.

import { dateTime, dateTimeMillis } from '../output/format.js';

interface Problem {
  level: string;
  where: string;
  text: string;
}

interface QueueRow {
  topic: string;
  queueId: number;
  minOffset: number;
  maxOffset: number;
}

interface CompactedRow extends QueueRow {
  messages: number;
}

export interface ReportView {
  path: string;
  holder?: string;
  clean: boolean;
  commitLog: {
    files: number;
    minOffset: number;
    endOffset: number;
    records: number;
    firstStoreTimestamp: number;
    lastStoreTimestamp: number;
  };
  queues: readonly (QueueRow & { messages: number; bytes: number })[];
  compacted: readonly (CompactedRow & { bytes: number })[];
  index: readonly { file: string; header: { indexCount: number } }[];
  problems: readonly Problem[];
}

export interface StatView {
  path: string;
  holder?: string;
  clean: boolean;
  directories: readonly { name: string; files: number; bytes: number; allocatedBytes: number }[];
  queues: readonly (QueueRow & { firstTimestamp: number; lastTimestamp: number })[];
  compacted: readonly CompactedRow[];
  problems: readonly Problem[];
}

export interface MessageView {
  batch?: { index: number; messages: number };
  msgId: string;
  topic: string;
  queueId: number;
  queueOffset: number;
  physicalOffset: number;
  size: number;
  storeTimestamp: number;
  properties: Readonly<Record<string, string>>;
  body: Buffer;
}

export function reportText(report: ReportView): string {
  const { commitLog, index, problems } = report;
  const keys = index.reduce((sum, { header }) => sum + header.indexCount - 1, 0);
  const span =
    commitLog.records === 0
      ? ''
      : `, ${dateTime(commitLog.firstStoreTimestamp)} to ${dateTime(commitLog.lastStoreTimestamp)}`;
  const rows = report.queues.map((queue) => [
    queue.topic,
    queue.queueId,
    queue.minOffset,
    queue.maxOffset,
    queue.messages,
    queue.bytes,
  ]);
  return [
    ...headLines(report),
    `commitlog     ${commitLog.files} files, offsets ${commitLog.minOffset} to ` +
      `${commitLog.endOffset}, ${commitLog.records} messages${span}`,
    `index         ${index.length} files, ${keys} keys`,
    '',
    ...listing(['#Topic', '#QID', '#Min Offset', '#Max Offset', '#Messages', '#Bytes'], rows),
    '',
    ...compactedLines(report.compacted),
    ...(problems.length === 0 ? ['everything is in order'] : problems.map(problemLine)),
    '',
  ].join('\n');
}

export function statText(stat: StatView): string {
  const queues = stat.queues.map((queue) => [
    queue.topic,
    queue.queueId,
    queue.minOffset,
    queue.maxOffset,
    timeOf(queue.firstTimestamp),
    timeOf(queue.lastTimestamp),
  ]);
  const directories = stat.directories.map((one) => [
    one.name,
    one.files,
    one.bytes,
    one.allocatedBytes,
  ]);
  return [
    ...headLines(stat),
    '',
    ...listing(['#Directory', '#Files', '#Bytes', '#On Disk'], directories),
    '',
    ...listing(['#Topic', '#QID', '#Min Offset', '#Max Offset', '#First', '#Last'], queues),
    ...(stat.compacted.length === 0 ? [] : ['', ...compactedLines(stat.compacted).slice(0, -1)]),
    ...stat.problems.map(problemLine),
    '',
  ].join('\n');
}

/** What is kept of compacted topics, which most stores have none of. */
function compactedLines(compacted: readonly CompactedRow[]): string[] {
  if (compacted.length === 0) return [];
  const head = ['#Compacted Topic', '#QID', '#Min Offset', '#Max Offset', '#Messages'];
  const rows = compacted.map((queue) => [
    queue.topic,
    queue.queueId,
    queue.minOffset,
    queue.maxOffset,
    queue.messages,
  ]);
  return [...listing(head, rows), ''];
}

/** One line per message; long bodies are cut. */
export function dumpLine(message: MessageView): string {
  const { topic, queueId, queueOffset, physicalOffset, size, msgId, properties } = message;
  const words = [
    String(physicalOffset).padEnd(12),
    dateTimeMillis(message.storeTimestamp),
    `${topic}/${queueId}/${queueOffset}`,
    `${size} bytes`,
    msgId,
    ...(message.batch ? [`${message.batch.index + 1} of ${message.batch.messages}`] : []),
    ...['UNIQ_KEY', 'TAGS', 'KEYS'].flatMap((name) =>
      properties[name] === undefined ? [] : [`${name}=${properties[name]}`],
    ),
    bodyText(message.body),
  ];
  return `${words.join('  ')}\n`;
}

/** A body that is no text is given in base64. */
export function dumpJson({ body, ...message }: MessageView): Record<string, unknown> {
  const text = body.toString();
  return Buffer.from(text).equals(body)
    ? { ...message, body: text }
    : { ...message, bodyBase64: body.toString('base64') };
}

const SHOWN_CHARACTERS = 80;

function bodyText(body: Buffer): string {
  const shown = body.subarray(0, SHOWN_CHARACTERS * 4).toString();
  const text = JSON.stringify(shown.slice(0, SHOWN_CHARACTERS));
  return shown.length > SHOWN_CHARACTERS ? `${text}...` : text;
}

function headLines({ path, holder, clean }: ReportView | StatView): string[] {
  const stop = clean
    ? 'proper'
    : holder === undefined
      ? 'not proper: the next start recovers the store'
      : 'none yet';
  return [
    `store         ${path}`,
    ...(holder === undefined ? [] : [`in use by     process ${holder}`]),
    `last stop     ${stop}`,
  ];
}

const problemLine = ({ level, where, text }: Problem): string => `${level}: ${where} ${text}`;

const timeOf = (timestamp: number): string => (timestamp === 0 ? '-' : dateTime(timestamp));

function listing(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}
