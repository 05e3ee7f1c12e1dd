// One JSON file of the store's config folder (ConfigManager): read with its backup, kept whole,
// written at intervals and at the end. Fields that this version does not know survive a rewrite.

import { join } from 'node:path';
import type { Clock, Timer } from '../../../base/clock.js';
import { MqError } from '../../../base/errors.js';
import type { FileSystem } from '../../../base/files.js';
import type { Part } from '../../../base/lifecycle.js';
import { describeError, type Logger } from '../../../base/log.js';
import {
  type Json,
  type JsonObject,
  parseExactJson,
  parseJson,
  writeJson,
} from '../../../protocol/fastjson.js';
import { type Kept, record, type Shape, unknownIn, withUnknown } from './unknown-fields.js';

/** What config files need of the disk. */
export type TextFiles = Pick<FileSystem, 'readText' | 'writeTextAtomic' | 'saveText' | 'stat'>;

export interface ConfigFileOptions {
  /** storePathRootDir. */
  root: string;
  /** `consumerOffset.json`. */
  name: string;
  files: TextFiles;
  clock: Clock;
  log: Logger;
  /** The table as it is now. */
  state(): JsonObject;
  /** Drops what is not to be written any more. */
  beforeWrite?(): void;
  /** Where the file holds records, whose fields another version may have added. */
  shape?: Shape;
  /** Takes over what the file held; called at the start when there is one. */
  load(fields: JsonObject): void;
  /** The file is rewritten so often when something changed; 0 only on `save`. */
  periodMs: number;
  /** Without a change there need be no file; RocketMQ leaves most behind, changed or not. */
  onlyOnChange?: boolean;
  /** Is read when there is no file of this name yet. */
  before?: string;
}

/** Every file's fields and those of its version may be more than those known here. */
const SHAPE = record();

export class ConfigFile implements Part {
  private readonly path: string;
  /** What the file held that the state lacks. */
  private unknown: Kept | undefined;
  private dirty = false;
  private persisting = false;
  /** A write that is under way off the event loop. */
  private saving: Promise<void> | undefined;
  private timer: Timer | undefined;
  /** The file is damaged: it must not take the place of the .bak that was read. */
  private damaged = false;
  /** Why it could not be written. */
  private failing: string | undefined;

  constructor(private readonly options: ConfigFileOptions) {
    this.path = join(options.root, 'config', options.name);
  }

  async start(): Promise<void> {
    const { clock, periodMs } = this.options;
    const present = this.takeOver();
    const backup = `${this.path}.bak`;
    if (this.options.files.stat(backup)?.isDirectory) {
      const why = 'is a directory: no copy of the text before is kept until it is removed';
      this.options.log.warn(`${backup} ${why}`);
    }
    this.dirty = (!present && !this.options.onlyOnChange) || this.damaged;
    if (periodMs > 0) this.timer = clock.every(periodMs, () => this.saveLater());
  }

  /** Reads the file, as `start` does, without ever writing it; whether there is one. */
  takeOver(): boolean {
    const backup = `${this.path}.bak`;
    const text = this.textAt(this.path);
    const present = text !== undefined;
    const own = this.checked(this.path, text);
    const kept = own ? undefined : this.checked(backup, this.textAt(backup));
    const used = own ?? kept ?? this.readBefore();
    if (kept) {
      this.damaged = present;
      const how = present ? ', and written in its place' : '';
      const what = present ? 'damaged' : 'missing';
      this.options.log.warn(`${this.path} is ${what}: its .bak is used${how}`);
    }
    if (used !== undefined) {
      this.options.load(objectIn(parseJson(used))!);
      this.unknown = unknownIn(parseExactJson(used), this.options.state(), this.shape);
    } else if (present || this.textAt(backup)?.trim()) {
      const begin = `remove ${this.path} and its .bak to begin without`;
      const hint = `bring it back from a copy, or ${begin}`;
      throw refusal(
        present ? this.path : backup,
        'neither it nor its .bak holds readable JSON',
        hint,
      );
    }
    return present;
  }

  /** What is under way has to come to its end: the process may end next. */
  async stop(): Promise<void> {
    this.timer?.stop();
    if (this.saving) await this.saving;
    try {
      this.save();
    } catch (error) {
      this.failed(error);
      const details = { path: this.path, reason: describeError(error) };
      throw new MqError('DIRECTORY_UNWRITABLE', details, { cause: error });
    }
  }

  /** Notes that the state differs from the file. */
  changed(): void {
    this.dirty = true;
  }

  /** Writes the file now if something changed. */
  save(): void {
    if (!this.dirty) return;
    this.options.files.writeTextAtomic(this.path, this.text(), { backup: !this.damaged });
    this.dirty = this.damaged = false;
    this.written();
  }

  /**
   * Notes a change and writes it, with those that come in the same turn of the event loop, before
   * an answer leaves. A disk that refuses is told to the log and tried again at the next change.
   */
  persist(): void {
    this.dirty = true;
    if (this.persisting) return;
    this.persisting = true;
    process.nextTick(() => {
      this.persisting = false;
      try {
        this.save();
      } catch (error) {
        this.failed(error);
      }
    });
  }

  /** As `save`, off the event loop. */
  private saveLater(): void {
    if (!this.dirty) return;
    if (this.damaged) return this.persist();
    this.dirty = false;
    const saved = this.options.files.saveText(this.path, this.text(), { backup: true });
    this.saving = saved.then(
      () => this.written(),
      (error) => {
        this.dirty = true;
        this.failed(error);
      },
    );
  }

  private get shape(): Shape {
    return this.options.shape ?? SHAPE;
  }

  private text(): string {
    this.options.beforeWrite?.();
    return writeJson(withUnknown(this.options.state(), this.unknown, this.shape), {
      pretty: true,
    });
  }

  /** What is no file, or may not be read, could not be written later, either. */
  private textAt(path: string): string | undefined {
    try {
      return this.options.files.readText(path);
    } catch (error) {
      const hint = 'look what is there, and whether this user may read and write it';
      throw refusal(path, describeError(error), hint);
    }
  }

  /** The text if it holds a JSON object. */
  private checked(from: string, text: string | undefined): string | undefined {
    const { log } = this.options;
    if (text === undefined || text.trim() === '') return undefined;
    try {
      if (objectIn(parseJson(text))) return text;
      log.error(`${from} does not hold a JSON object`);
    } catch (error) {
      log.error(`${from} cannot be read: ${describeError(error)}`);
    }
    return undefined;
  }

  private readBefore(): string | undefined {
    const { before, root } = this.options;
    if (before === undefined) return undefined;
    const path = join(root, 'config', before);
    return this.checked(path, this.textAt(path));
  }

  /** Said once: a disk may be in trouble for days, and this is tried every few seconds. */
  private failed(error: unknown): void {
    const reason = describeError(error);
    if (reason === this.failing) return;
    this.failing = reason;
    this.options.log.error(`${this.path} cannot be written, it will be tried again: ${reason}`);
  }

  private written(): void {
    if (this.failing === undefined) return;
    this.failing = undefined;
    this.options.log.info(`${this.path} is written again`);
  }
}

const refusal = (path: string, reason: string, hint: string): MqError =>
  new MqError('STORE_UNREADABLE', { path, reason }, { hint });

function objectIn(value: Json): JsonObject | undefined {
  const other = value === null || Array.isArray(value) || value instanceof Map;
  return typeof value === 'object' && !other ? value : undefined;
}

export function configFile(options: ConfigFileOptions): ConfigFile {
  return new ConfigFile(options);
}
