// Reads a file of a compaction log record by record, in pieces and off the event loop: for
// compacting, and for making entries again that are missing.

import { Property, SysFlag } from '../../protocol/flags.js';
import { findProperty } from '../../protocol/properties.js';
import { RecordScanner } from '../format/record-scan.js';
import { tagsCodeOf } from '../format/tags-code.js';
import type { FilePair, KeptRecord, PairList } from './pair-list.js';

export interface ReadRecord extends KeptRecord {
  /** KEYS as a whole, blank when there are none: what compaction goes by. */
  key: string;
  hasBody: boolean;
}

const WINDOW_BYTES = 1024 * 1024;

export class PairReader {
  private readonly scanner = new RecordScanner({ checkBodyCrc: true, checkPropertyCrc: false });
  private at = 0;
  private ended = false;

  constructor(
    private readonly list: PairList,
    private readonly pair: FilePair,
  ) {}

  /** The next records, or nothing at the end: a blank, zeros, or what is no record. */
  async next(): Promise<ReadRecord[] | undefined> {
    const { logBytes } = this.list.sizes;
    let wanted = WINDOW_BYTES;
    while (!this.ended && this.at < logBytes) {
      const window = await this.read(wanted);
      const records = this.take(window);
      if (records.length > 0) return records;
      if (window.length < Math.min(wanted, logBytes - this.at)) break;
      if (this.ended || wanted >= logBytes) break;
      wanted = Math.max(this.scanner.size, wanted * 2);
    }
    return undefined;
  }

  private async read(length: number): Promise<Buffer> {
    const { handles, sizes } = this.list;
    const out = Buffer.allocUnsafe(Math.min(length, sizes.logBytes - this.at));
    const read = await handles.using(this.pair.logPath, (fd) =>
      handles.files.pread(fd, out, 0, out.length, this.at),
    );
    return out.subarray(0, read);
  }

  private take(window: Buffer): ReadRecord[] {
    const { scanner, pair } = this;
    const records: ReadRecord[] = [];
    let at = 0;
    while (at < window.length) {
      const rest = this.list.sizes.logBytes - this.at;
      const found = scanner.scan(window, at, pair.start + this.at, rest);
      if (found === 'more') break;
      if (found !== 'record') {
        this.ended = true;
        break;
      }
      const record = window.subarray(at, at + scanner.size);
      records.push(readRecord(record, scanner));
      at += scanner.size;
      this.at += scanner.size;
    }
    return records;
  }
}

/** What is noted of a record that `scanner` has just read. */
export function readRecord(record: Buffer, scanner: RecordScanner): ReadRecord {
  const { properties, storeTimestamp, queueOffset } = scanner;
  const keys = findProperty(properties, Property.KEYS) ?? '';
  return {
    record,
    queueOffset,
    storeTimestamp,
    tagsCode: tagsCodeOf(scanner, []),
    key: keys.trim() === '' ? '' : keys,
    hasBody: hasBody(record),
  };
}

function hasBody(record: Buffer): boolean {
  const sysFlag = record.readInt32BE(36);
  const born = (sysFlag & SysFlag.BORN_HOST_V6) !== 0 ? 20 : 8;
  const store = (sysFlag & SysFlag.STORE_HOST_V6) !== 0 ? 20 : 8;
  return record.readInt32BE(48 + born + 8 + store + 12) > 0;
}
