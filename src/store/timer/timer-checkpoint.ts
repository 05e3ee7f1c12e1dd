// config/timercheck: how far the timer has read and written (TimerCheckpoint). Seven int64 in a
// file of 4096 bytes: read time, flushed end of the timer log, next offset of the timer topic's
// queue, the same for a slave, then the data version (state, time, counter).

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { FileSystem } from '../../base/files.js';
import { readInt64, writeInt64 } from '../../protocol/message.js';

const FILE_BYTES = 4096;
export const CHECKPOINT_BYTES = 56;
/** The slot that is read next may begin so much after now; later times are damage. */
export const AHEAD_MS = 60_000;

export interface TimerProgress {
  readTimeMs: number;
  logEnd: number;
  queueOffset: number;
}

/** Of a master's answer; undefined when it holds no checkpoint. */
export function decodeProgress(bytes: Buffer): TimerProgress | undefined {
  if (bytes.length < 32) return undefined;
  return {
    readTimeMs: readInt64(bytes, 0),
    logEnd: readInt64(bytes, 8),
    // the master's own place: brokers before 5.0 have none
    queueOffset: readInt64(bytes, 24),
  };
}

export class TimerCheckpoint {
  private counter = 0;
  private text = Buffer.alloc(CHECKPOINT_BYTES);
  private readonly path: string;

  constructor(
    private readonly files: FileSystem,
    private readonly root: string,
  ) {
    this.path = join(root, 'config', 'timercheck');
  }

  read(): TimerProgress {
    if (this.files.stat(this.path)?.isDirectory) {
      const hint = 'remove it: it is made again, and all that waits is looked at';
      const details = { path: this.path, reason: 'it is a directory' };
      throw new MqError('STORE_UNREADABLE', details, { hint });
    }
    if (this.files.exists(this.path)) {
      const fd = this.files.openSync(this.path, 'r');
      this.files.readSync(fd, this.text, 0, CHECKPOINT_BYTES, 0);
      this.files.closeSync(fd);
    }
    this.counter = readInt64(this.text, 48);
    return {
      readTimeMs: readInt64(this.text, 0),
      logEnd: readInt64(this.text, 8),
      queueOffset: readInt64(this.text, 16),
    };
  }

  write({ readTimeMs, logEnd, queueOffset }: TimerProgress, now: number): void {
    const bytes = Buffer.alloc(CHECKPOINT_BYTES);
    writeInt64(bytes, readTimeMs, 0);
    writeInt64(bytes, logEnd, 8);
    writeInt64(bytes, queueOffset, 16);
    writeInt64(bytes, queueOffset, 24);
    writeInt64(bytes, now, 40);
    writeInt64(bytes, ++this.counter, 48);
    const exists = this.files.exists(this.path);
    if (!exists) this.files.mkdirp(join(this.root, 'config'));
    const fd = this.files.openSync(this.path, exists ? 'r+' : 'wx+');
    if (!exists) this.files.ftruncate(fd, FILE_BYTES);
    this.files.writeSync(fd, bytes, 0, CHECKPOINT_BYTES, 0);
    this.files.closeSync(fd);
    this.text = bytes;
  }

  /** The seven numbers, as a slave asks for them. */
  encode(readTimeMs?: number): Buffer {
    const bytes = Buffer.from(this.text);
    if (readTimeMs !== undefined) writeInt64(bytes, readTimeMs, 0);
    return bytes;
  }
}
