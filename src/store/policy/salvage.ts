// Before the log is cut at a bad record: what lies behind is looked through for whole records, and
// kept in a file beside the store when there are some, so that nothing is lost for good.

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import { MAGIC_V1, MAGIC_V2 } from '../../protocol/message.js';
import type { CommitLog } from '../commitlog/commit-log.js';
import type { StorePaths } from '../directory.js';
import type { Segment, SegmentList } from '../files/segment-list.js';
import { RecordScanner, type Scan } from '../format/record-scan.js';

const WINDOW_BYTES = 4 * 1024 * 1024;
/** In which file systems give room to sparse files; where they do otherwise, all is looked at. */
const BLOCK_BYTES = 4096;
const FEW_BLOCKS = 4;
const MAGICS = [MAGIC_V1, MAGIC_V2].map((magic) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(magic, 0);
  return bytes;
});

interface Found {
  records: number;
  /** Behind the last of them. */
  end: number;
}

interface Cut {
  commitLog: CommitLog;
  files: FileSystem;
  paths: StorePaths;
  log: Logger;
}

/** Ends the log at `end`; a crash cannot have torn what lies before `vouched`. */
export function cutLog(
  { commitLog, log, files, paths }: Cut,
  end: number,
  reason: string,
  vouched: number,
): void {
  const { list } = commitLog;
  const behind = recordsBehind(list, end);
  if (behind.records > 0) {
    const damage = `the log is damaged at ${end} (${reason})`;
    const lost = `${behind.records} whole records lie behind, up to ${behind.end}`;
    if (end < vouched) throw damagedLog(paths, `${damage}; ${lost}`);
    const kept = keepAside(files, list, paths.cutOff, end, behind.end);
    log.error(`${damage} and is cut there; ${lost}: they are kept in ${kept}`);
  } else if (reason !== 'zeros') {
    log.warn(`the log is cut at ${end}: ${reason}`);
  }
  list.truncate(end);
}

/** Whole records behind `from`, wherever they begin. */
export function recordsBehind(list: SegmentList, from: number): Found {
  const scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  const found: Found = { records: 0, end: from };
  const buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  for (const segment of list.all) {
    const fileEnd = segment.start + list.fileBytes;
    const begin = Math.max(from, segment.start);
    if (begin >= fileEnd) continue;
    const lookedAt = Math.min(fileEnd, begin + bytesToLookAt(list, segment, begin));
    for (let at = begin; at < lookedAt;) {
      const window = buffer.subarray(0, list.readInto(at, buffer));
      if (window.length === 0) break;
      at = lookThrough(window, at, fileEnd, scanner, found);
    }
  }
  return found;
}

/**
 * None where the disk holds exactly what lies before `offset`: behind it nothing was ever written.
 * A few blocks more are what the file system needs for itself, or a piece of the last write.
 */
function bytesToLookAt(list: SegmentList, segment: Segment, offset: number): number {
  const used = offset - segment.start;
  const held = list.allocatedBytes(segment);
  const more = held - Math.ceil(used / BLOCK_BYTES) * BLOCK_BYTES;
  if (held < used || more > FEW_BLOCKS * BLOCK_BYTES) return list.fileBytes;
  return more <= 0 ? 0 : WINDOW_BYTES;
}

/** Where to go on reading. */
function lookThrough(
  window: Buffer,
  start: number,
  fileEnd: number,
  scanner: RecordScanner,
  found: Found,
): number {
  let at = 0;
  for (;;) {
    const next = nextMagic(window, at + 4) - 4;
    if (next < 0) break;
    const result = scanner.scan(window, next, start + next, fileEnd - start - next);
    // the rest of a record that is in the window's middle comes with the next window
    if (result === 'more' && next > 0) return start + next;
    if (result === 'record') {
      found.records++;
      found.end = start + next + scanner.size;
    }
    at = result === 'record' ? next + scanner.size : next + 1;
  }
  return start + Math.max(window.length - 7, window.length < WINDOW_BYTES ? window.length : 1);
}

function nextMagic(window: Buffer, from: number): number {
  const places = MAGICS.map((magic) => window.indexOf(magic, from)).filter((at) => at >= 0);
  return places.length > 0 ? Math.min(...places) : -1;
}

/** Where the first whole record from `from` to before `until` begins. */
export function firstRecord(
  list: SegmentList,
  scanner: RecordScanner,
  from: number,
  until: number,
): number | undefined {
  for (let at = from; at < until;) {
    const rest = list.fileBytes - (at % list.fileBytes);
    const window = list.readSync(at, WINDOW_BYTES);
    let next = -1;
    let result: Scan = 'bad';
    while (result === 'bad' && (next = nextMagic(window, next + 5) - 4) >= 0) {
      result = scanner.scan(window, next, at + next, rest - next);
      if (result === 'record') return at + next < until ? at + next : undefined;
    }
    // a record at the window's end is looked at again with what follows
    if (result === 'more' && next > 0) at += next;
    else at += window.length < Math.min(WINDOW_BYTES, rest) ? rest : window.length;
  }
  return undefined;
}

/** Copies the log from `from` to `end`; the file it is in. */
function keepAside(
  files: FileSystem,
  list: SegmentList,
  directory: string,
  from: number,
  end: number,
): string {
  files.mkdirp(directory);
  const path = join(directory, String(from).padStart(20, '0'));
  const fd = files.openSync(path, 'w');
  try {
    for (let at = from; at < end;) {
      const bytes = list.readSync(at, Math.min(WINDOW_BYTES, end - at));
      if (bytes.length === 0) break;
      files.writeSync(fd, bytes, 0, bytes.length, at - from);
      at += bytes.length;
    }
    files.fdatasyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
  return path;
}

function damagedLog(paths: StorePaths, reason: string): MqError {
  const hint =
    `bring the damaged file back from a copy or a slave; or remove ${paths.checkpoint} to cut ` +
    `the log there (what lies behind is then kept in ${paths.cutOff})`;
  return new MqError('STORE_UNREADABLE', { path: paths.commitLog, reason }, { hint });
}

/** What was there is lost with the files; RocketMQ cuts the queues without a word. */
export function tellShortLog(log: Logger, end: number, vouched: number): void {
  log.error(
    `the log ends at ${end}, but the checkpoint says that it was on the disk beyond ${vouched}: ` +
      `messages behind are lost. To have them, stop the broker and bring back the whole store`,
  );
}

/** The same where only the index tells; after a power loss it may be ahead of the log. */
export function tellMissingEnd(log: Logger, end: number, named: number): void {
  log.warn(
    `the log ends at ${end}, but the index has keys of a message at ${named}: what came ` +
      `behind is lost. If it was no power loss, stop the broker and bring back the whole store`,
  );
}
