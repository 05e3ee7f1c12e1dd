// The checkpoint on the disk: its values only grow, and are written when one of them did.

import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import type { Logger } from '../../base/log.js';
import {
  CHECKPOINT_BYTES,
  decodeCheckpoint,
  emptyCheckpoint,
  encodeCheckpoint,
} from '../format/checkpoint.js';
import type { Checkpoint } from '../format/checkpoint.js';

export class CheckpointFile {
  value: Checkpoint = emptyCheckpoint();
  private fd: number | undefined;
  private changed = false;
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly path: string,
    private readonly files: FileSystem,
    private readonly log: Logger,
  ) {}

  open(): void {
    const { files, path } = this;
    const known = files.exists(path);
    if (files.stat(path)?.isDirectory) {
      const hint = 'remove it: the log is read in full then';
      throw new MqError('STORE_UNREADABLE', { path, reason: 'it is a directory' }, { hint });
    }
    this.fd = files.openSync(path, known ? 'r+' : 'w+');
    const bytes = Buffer.alloc(CHECKPOINT_BYTES);
    const read = known ? files.readSync(this.fd, bytes, 0, CHECKPOINT_BYTES, 0) : 0;
    const value = decodeCheckpoint(bytes.subarray(0, read));
    if (value) this.value = value;
    else if (known) {
      this.log.warn(`${path} is damaged: nothing behind it is trusted, the log is read in full`);
    }
    if (read < CHECKPOINT_BYTES) files.ftruncate(this.fd, CHECKPOINT_BYTES);
    this.changed = true;
  }

  /** Values that are not above the known ones change nothing. */
  raise(values: Partial<Checkpoint>): void {
    for (const [name, value] of Object.entries(values)) {
      const field = name as keyof Checkpoint;
      if (value <= this.value[field]) continue;
      this.value[field] = value;
      this.changed = true;
    }
  }

  /** Takes values as they are: after the log was cut they may be lower. */
  set(values: Partial<Checkpoint>): void {
    Object.assign(this.value, values);
    this.changed = true;
  }

  async flush(): Promise<void> {
    await this.flushing;
    const { fd, files } = this;
    if (fd === undefined || !this.changed) return;
    this.changed = false;
    try {
      files.writeSync(fd, encodeCheckpoint(this.value), 0, CHECKPOINT_BYTES, 0);
      this.flushing = files.fdatasync(fd).finally(() => (this.flushing = undefined));
      await this.flushing;
    } catch (error) {
      this.changed = true;
      throw error;
    }
  }

  /** While starting, before files are changed that the checkpoint vouches for. */
  flushSync(): void {
    if (this.fd === undefined) return;
    this.changed = false;
    this.files.writeSync(this.fd, encodeCheckpoint(this.value), 0, CHECKPOINT_BYTES, 0);
    this.files.fdatasyncSync(this.fd);
  }

  async close(): Promise<void> {
    if (this.fd === undefined) return;
    try {
      await this.flush();
    } finally {
      this.files.closeSync(this.fd);
      this.fd = undefined;
    }
  }
}
