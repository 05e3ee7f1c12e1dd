// Files of one size that together hold one long sequence of bytes; a file's name is the offset of
// its first byte in 20 digits (MappedFileQueue). Knows sizes, not meanings.

import assert from 'node:assert';
import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import { isBlankFile } from './blank-file.js';
import type { Handles } from './handles.js';

export interface Segment {
  readonly start: number;
  readonly path: string;
}

/** Directories that hold the files of one list together. */
export interface SegmentFolders {
  readonly all: readonly string[];
  /** The one for a new file: its number counts from the first byte there ever was. */
  forFile(number: number): string;
}

export interface SegmentListOptions {
  directory: string;
  /** In place of `directory`, which then is a name only. */
  folders?: SegmentFolders | undefined;
  fileBytes: number;
  /** The property that sets `fileBytes`, for what is said when files have another size. */
  property: string;
  /** What is done with a last file that is too short: the disk is only changed with 'fill'. */
  shortLast: 'fill' | 'accept';
  handles: Handles;
  /** Told what was mended. */
  warn: (text: string) => void;
}

export class SegmentList {
  readonly fileBytes: number;
  readonly directory: string;
  private segments: Segment[] = [];
  private readonly handles: Handles;
  /** Directories that are known to exist. */
  private readonly present = new Set<string>();

  constructor(private readonly options: SegmentListOptions) {
    this.fileBytes = options.fileBytes;
    this.directory = options.directory;
    this.handles = options.handles;
  }

  get all(): readonly Segment[] {
    return this.segments;
  }

  get first(): Segment | undefined {
    return this.segments[0];
  }

  get last(): Segment | undefined {
    return this.segments.at(-1);
  }

  /** Behind the last file. */
  get capacityEnd(): number {
    const last = this.last;
    return last ? last.start + this.fileBytes : 0;
  }

  load(): void {
    const folders = this.options.folders?.all ?? [this.directory];
    this.segments = folders.flatMap((folder) => this.segmentsIn(folder));
    if (folders.length > 1) this.segments.sort((a, b) => a.start - b.start);
    this.dropBlankTwins();
    this.dropEmptyLast();
    this.segments.forEach((segment, i) => this.checkSize(segment, i));
    const { first } = this;
    if (first && first.start % this.fileBytes !== 0) {
      this.segments = [];
      throw this.unreadable(`${first.path} is not named after a place where a file begins`);
    }
    this.segments.forEach((segment, i) => {
      if (segment.start === this.segments[0].start + i * this.fileBytes) return;
      const before = this.segments[i - 1]!;
      this.segments = this.segments.slice(0, i);
      throw this.unreadable(
        segment.start === before.start
          ? `${before.path} and ${segment.path} are the same file twice: keep the one with messages`
          : `${segment.path} does not continue the file before it: bring back those between`,
      );
    });
  }

  find(offset: number): Segment | undefined {
    const first = this.segments[0];
    if (!first || offset < first.start) return undefined;
    return this.segments[Math.floor((offset - first.start) / this.fileBytes)];
  }

  /** The file that holds `offset`, created at the end of the list when it is not there. */
  ensure(offset: number): Segment {
    const found = this.find(offset);
    if (found) return found;
    const last = this.last;
    const start = last ? this.capacityEnd : offset - (offset % this.fileBytes);
    assert(offset >= start && offset < start + this.fileBytes, 'files are created one by one');
    const directory = this.options.folders?.forFile(start / this.fileBytes) ?? this.directory;
    if (!this.present.has(directory)) this.handles.files.mkdirp(directory);
    this.present.add(directory);
    const path = join(directory, String(start).padStart(20, '0'));
    this.handles.create(path, this.fileBytes);
    const segment = { start, path };
    this.segments.push(segment);
    return segment;
  }

  /** Writes within one file. */
  write(offset: number, buffers: readonly Buffer[]): void {
    const segment = this.ensure(offset);
    const fd = this.handles.writable(segment.path);
    const position = offset - segment.start;
    if (buffers.length === 1) {
      this.handles.files.writeSync(fd, buffers[0], 0, buffers[0].length, position);
    } else {
      this.handles.files.writevSync(fd, buffers, position);
    }
  }

  /** Bytes from `offset` up to `length`, not beyond the file; for starting and stopping. */
  readSync(offset: number, length: number): Buffer {
    const segment = this.find(offset);
    if (!segment) return Buffer.alloc(0);
    const position = offset - segment.start;
    const out = Buffer.allocUnsafe(Math.min(length, this.fileBytes - position));
    const fd = this.handles.fd(segment.path);
    const read = this.handles.files.readSync(fd, out, 0, out.length, position);
    return out.subarray(0, read);
  }

  /** As `readSync`, into a buffer that is there already; the bytes read. */
  readInto(offset: number, out: Buffer): number {
    const segment = this.find(offset);
    if (!segment) return 0;
    const position = offset - segment.start;
    const length = Math.min(out.length, this.fileBytes - position);
    return this.handles.files.readSync(this.handles.fd(segment.path), out, 0, length, position);
  }

  /** As `readSync`, off the event loop; undefined where no file is. */
  async read(offset: number, length: number): Promise<Buffer | undefined> {
    const rest = this.fileBytes - (offset % this.fileBytes);
    return this.readLater(offset, Buffer.allocUnsafe(Math.min(length, rest)));
  }

  /** As `read`, into a buffer that is there already. */
  async readLater(offset: number, out: Buffer): Promise<Buffer | undefined> {
    const segment = this.find(offset);
    if (!segment) return undefined;
    const position = offset - segment.start;
    const length = Math.min(out.length, this.fileBytes - position);
    const read = await this.handles.using(segment.path, (fd) =>
      this.handles.files.pread(fd, out, 0, length, position),
    );
    return out.subarray(0, read);
  }

  /** Bytes that the disk gave to the file. */
  allocatedBytes(segment: Segment): number {
    return this.handles.files.stat(segment.path)?.allocatedBytes ?? 0;
  }

  /** Flushes the files that hold bytes of `from` to `end`. */
  async flush(from: number, end: number): Promise<void> {
    for (const segment of this.segments) {
      if (segment.start >= end || segment.start + this.fileBytes <= from) continue;
      await this.handles.flush(segment.path);
    }
  }

  flushSync(from: number, end: number): void {
    for (const segment of this.segments) {
      if (segment.start >= end || segment.start + this.fileBytes <= from) continue;
      this.handles.files.fdatasyncSync(this.handles.writable(segment.path));
    }
  }

  /** Makes everything from `offset` on zeros again and removes the files that begin there. */
  truncate(offset: number): void {
    while (this.last && this.last.start >= offset) this.drop(this.segments.pop()!);
    const last = this.last;
    if (!last || offset >= this.capacityEnd) return;
    const fd = this.handles.writable(last.path);
    this.handles.files.ftruncate(fd, offset - last.start);
    this.handles.files.ftruncate(fd, this.fileBytes);
  }

  /** Removes the first file. */
  deleteFirst(): void {
    const first = this.first;
    if (!first) return;
    this.drop(first);
    this.segments.shift();
  }

  /** Removes all files and the directory. */
  destroy(): void {
    for (const segment of this.segments) this.drop(segment);
    this.segments = [];
    this.handles.files.rmdir(this.directory, { recursive: true });
    this.present.clear();
  }

  private segmentsIn(directory: string): Segment[] {
    const names = this.handles.files
      .readdir(directory)
      .filter((entry) => /^\d{20}$/.test(entry.name));
    const odd = names.find(({ isDirectory }) => isDirectory);
    if (odd) {
      const path = join(directory, odd.name);
      throw this.unreadable(`${path} is a directory: bring back the file, or remove it`);
    }
    if (names.length > 0) this.present.add(directory);
    return names.map(({ name }) => ({ start: Number(name), path: join(directory, name) }));
  }

  private drop(segment: Segment): void {
    this.handles.close(segment.path);
    this.handles.files.unlink(segment.path);
  }

  /**
   * RocketMQ makes files ahead, and another one elsewhere when the disk of the first got too full
   * meanwhile; after a kill both are there.
   */
  private dropBlankTwins(): void {
    for (let i = 1; i < this.segments.length; i++) {
      const twins = [this.segments[i - 1]!, this.segments[i]!];
      if (twins[0]!.start !== twins[1]!.start) continue;
      const blank = twins.find((one) => isBlankFile(this.handles, one.path, this.fileBytes));
      if (!blank) return; // refused later
      this.segments.splice(this.segments.indexOf(blank), 1);
      i--;
      const other = twins.find((one) => one !== blank)!;
      const what = `${blank.path} holds nothing, and ${other.path} is there`;
      if (this.options.shortLast === 'accept') this.options.warn(what);
      else this.dropAfter(`${what}: removed`, blank);
    }
  }

  private dropAfter(text: string, segment: Segment): void {
    this.options.warn(text);
    this.drop(segment);
  }

  private dropEmptyLast(): void {
    const last = this.last;
    if (!last || this.handles.files.stat(last.path)?.size !== 0) return;
    this.segments.pop();
    if (this.options.shortLast === 'accept') return;
    this.dropAfter(`${last.path} is empty: removed`, last);
  }

  private checkSize(segment: Segment, i: number): void {
    const size = this.sizeOf(segment);
    if (size === this.fileBytes) return;
    if (size === undefined) {
      this.segments = this.segments.slice(0, i);
      throw this.unreadable(
        `${segment.path} leads nowhere: bring back the file that belongs there`,
      );
    }
    const isLast = i === this.segments.length - 1;
    if (isLast && size < this.fileBytes) {
      const short = `${segment.path} has ${size} of ${this.fileBytes} bytes`;
      if (this.options.shortLast === 'accept') return this.options.warn(short);
      this.options.warn(`${short}: filled up with zeros`);
      this.handles.files.ftruncate(this.handles.writable(segment.path), this.fileBytes);
      return;
    }
    const { property } = this.options;
    // files that are all of another size are no damage, but another configuration
    const alone = this.segments.some((other) => this.sizeOf(other) === this.fileBytes);
    const remedy = alone
      ? 'bring it back from a copy or a slave, others have that size'
      : `set ${property} to the value that the store was made with`;
    const what = `${segment.path} has ${size} bytes, but ${property} is ${this.fileBytes}`;
    throw this.unreadable(`${what}; ${remedy}`);
  }

  /** Undefined for what cannot be followed: a link that leads nowhere. */
  private sizeOf({ path }: Segment): number | undefined {
    return this.handles.files.stat(path)?.size;
  }

  private unreadable(reason: string): MqError {
    return new MqError('STORE_UNREADABLE', { path: this.directory, reason });
  }
}
