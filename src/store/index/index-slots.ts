// The slots of an index file: in memory while the file is being filled, written in pages.

import { type Bytes, withView } from '../../base/bytes.js';
import type { Handles } from '../files/handles.js';
import { INDEX_HEADER_BYTES, SLOT_BYTES } from '../format/index-layout.js';

/** A page is dirty when one of its slots changed. */
const PAGE_BYTES = 4096;

export class IndexSlots {
  private held: Bytes | undefined;
  private dirty: Uint8Array | undefined;

  constructor(
    private readonly path: string,
    readonly count: number,
    private readonly handles: Handles,
  ) {}

  get bytes(): number {
    return this.count * SLOT_BYTES;
  }

  /** Of a new file. */
  create(): void {
    this.held = withView(Buffer.alloc(this.bytes));
  }

  get(slot: number): number {
    return (this.held ??= this.load()).view.getInt32(slot * SLOT_BYTES);
  }

  set(slot: number, number: number): void {
    const at = slot * SLOT_BYTES;
    (this.held ??= this.load()).view.setInt32(at, number);
    this.dirty ??= new Uint8Array(Math.ceil(this.bytes / PAGE_BYTES));
    this.dirty[Math.floor(at / PAGE_BYTES)] = 1;
  }

  clear(): void {
    (this.held ??= this.load()).buffer.fill(0);
    this.dirty = new Uint8Array(Math.ceil(this.bytes / PAGE_BYTES)).fill(1);
  }

  /** Writes the pages that changed. */
  write(): void {
    const { held, dirty } = this;
    if (!held || !dirty) return;
    const fd = this.handles.writable(this.path);
    for (let page = 0; page < dirty.length; page++) {
      if (dirty[page] === 0) continue;
      let end = page + 1;
      while (end < dirty.length && dirty[end] === 1) end++;
      const bytes = held.buffer.subarray(page * PAGE_BYTES, end * PAGE_BYTES);
      const at = INDEX_HEADER_BYTES + page * PAGE_BYTES;
      this.handles.files.writeSync(fd, bytes, 0, bytes.length, at);
      dirty.fill(0, page, end);
      page = end;
    }
  }

  /** They will not change any more: they are read from the disk again. */
  release(): void {
    this.held = this.dirty = undefined;
  }

  /** `length` slots from `first` on; fewer where the file is too short. */
  async read(first: number, length: number): Promise<Buffer> {
    const from = first * SLOT_BYTES;
    const end = Math.min(from + length * SLOT_BYTES, this.bytes);
    if (this.held) return this.held.buffer.subarray(from, end);
    const out = Buffer.allocUnsafe(end - from);
    const { files } = this.handles;
    const read = await this.handles.using(this.path, (fd) =>
      files.pread(fd, out, 0, out.length, INDEX_HEADER_BYTES + from),
    );
    return out.subarray(0, read);
  }

  private load(): Bytes {
    const out = Buffer.alloc(this.bytes);
    const fd = this.handles.fd(this.path);
    this.handles.files.readSync(fd, out, 0, out.length, INDEX_HEADER_BYTES);
    return withView(out);
  }
}
