// Whether an index holds the keys of the log's records: its entries are in the log's order.

import { basename } from 'node:path';
import {
  ENTRY_BYTES,
  INDEX_HEADER_BYTES,
  SLOT_BYTES,
  decodeHeader,
  readEntry,
} from '../format/index-layout.js';
import type { IndexHeader } from '../format/index-layout.js';
import type { Indexed } from '../format/record-scan.js';
import type { IndexFiles, StoreFiles } from './store-files.js';

const WINDOW_ENTRIES = 50_000;

export interface IndexSummary {
  file: string;
  header: IndexHeader;
}

interface Position {
  physicalOffset: number;
  keyHash: number;
}

export class IndexCheck {
  readonly summaries: IndexSummary[] = [];
  missing = 0;
  /** Log offset of the first record with a key that is not in the index. */
  firstMissing = -1;
  private readonly entries: Iterator<Position, undefined>;
  private next: Position | undefined;

  constructor(private readonly store: StoreFiles) {
    for (const file of store.indexes) {
      const header = decodeHeader(this.read(file, 0, INDEX_HEADER_BYTES));
      this.summaries.push({ file: basename(file.path), header });
    }
    this.entries = this.all();
    this.next = this.entries.next().value;
  }

  /** To be called with every record, in the order of the log. */
  take(record: Indexed): void {
    if (this.summaries.length === 0) return;
    const { physicalOffset, keys } = record;
    while (this.next && this.next.physicalOffset < physicalOffset) this.advance();
    const found: number[] = [];
    while (this.next?.physicalOffset === physicalOffset) {
      found.push(this.next.keyHash);
      this.advance();
    }
    // tags are not in every RocketMQ's index
    for (const hash of [keys.unique, ...keys.words]) {
      if (hash < 0 || found.includes(hash)) continue;
      this.missing++;
      if (this.firstMissing < 0) this.firstMissing = physicalOffset;
    }
  }

  /** Entries that name records behind the end of the log. */
  ahead(end: number): number {
    let count = 0;
    for (; this.next; this.advance()) if (this.next.physicalOffset >= end) count++;
    return count;
  }

  private advance(): void {
    this.next = this.entries.next().value;
  }

  private *all(): Generator<Position, undefined> {
    for (const [i, file] of this.store.indexes.entries()) {
      const { indexCount } = this.summaries[i].header;
      const count = Math.min(indexCount, file.entries);
      const base = INDEX_HEADER_BYTES + file.slots * SLOT_BYTES;
      for (let first = 1; first < count; first += WINDOW_ENTRIES) {
        const size = Math.min(WINDOW_ENTRIES, count - first) * ENTRY_BYTES;
        const window = this.read(file, base + first * ENTRY_BYTES, size);
        for (let at = 0; at + ENTRY_BYTES <= window.length; at += ENTRY_BYTES) {
          yield readEntry(window, at);
        }
      }
    }
    return undefined;
  }

  private read(file: IndexFiles, position: number, length: number): Buffer {
    const out = Buffer.alloc(length);
    const fd = this.store.handles.fd(file.path);
    return out.subarray(0, this.store.files.readSync(fd, out, 0, length, position));
  }
}
