// Where things lie in a store directory (StorePathConfigHelper), who uses it, and whether it was
// left in order.

import { join } from 'node:path';
import { MqError } from '../base/errors.js';
import type { FileLock, FileSystem } from '../base/files.js';
import type { StoreConfig } from './config.js';

/** MixAll.MULTI_PATH_SPLITTER, where no property names another. */
const PATH_SPLITTER = ',';

export interface StorePaths {
  root: string;
  /** As it is configured: one directory, or the names of several. */
  commitLog: string;
  /** Each of them. */
  commitLogs: readonly string[];
  /** Whether several are meant; with one RocketMQ ignores the read-only ones. */
  spread: boolean;
  /** Those that only hold files; a broker may be told others while it runs. */
  readOnlyLogs(): readonly string[];
  consumeQueue: string;
  batchConsumeQueue: string;
  consumeQueueExt: string;
  index: string;
  /** Files that are to become parts of the index. */
  indexMending: string;
  checkpoint: string;
  abort: string;
  lock: string;
  /** What a recovery took off the log although there were records in it. */
  cutOff: string;
}

export function storePaths(config: StoreConfig, splitter = PATH_SPLITTER): StorePaths {
  const split = (text: string): string[] =>
    text
      .trim()
      .split(splitter)
      .filter((path) => path !== '');
  const root = config.storePathRootDir;
  const commitLog = config.storePathCommitLog || join(root, 'commitlog');
  return {
    root,
    commitLog,
    commitLogs: split(commitLog),
    spread: commitLog.includes(splitter),
    readOnlyLogs: () => split(config.readOnlyCommitLogStorePaths ?? ''),
    consumeQueue: join(root, 'consumequeue'),
    batchConsumeQueue: join(root, 'batchconsumequeue'),
    consumeQueueExt: join(root, 'consumequeue_ext'),
    index: join(root, 'index'),
    indexMending: join(root, 'index.mending'),
    checkpoint: join(root, 'checkpoint'),
    abort: join(root, 'abort'),
    lock: join(root, 'lock'),
    cutOff: join(root, 'cutoff'),
  };
}

/** Databases below config/ and the files that take their place (RocksDBTopicConfigManager, …). */
const ROCKSDB_FILES: Readonly<Record<string, string>> = {
  topics: 'topics.json',
  subscriptionGroups: 'subscriptionGroup.json',
  consumerOffsets: 'consumerOffset.json',
};
/** All of them in one, with useSingleRocksDBForAllConfigs. */
const SHARED_ROCKSDB = 'metadata';
/** ConfigStorage, of configManagerVersion=v2. */
const NEWER_ROCKSDB = 'rdb';

/** Refuses stores whose contents are in forms that are not read here. */
export function refuseForeignStore(config: StoreConfig, files: FileSystem): void {
  const { root } = storePaths(config);
  const refuse = (reason: string, hint: string): never => {
    throw new MqError('STORE_UNREADABLE', { path: root, reason }, { hint });
  };
  if (/rocksdb/i.test(config.storeType ?? '')) {
    refuse(
      `storeType is ${config.storeType}, and consume queues in RocksDB are not supported`,
      'set storeType=default; consume queues are then made again from the commitlog',
    );
  }
  const foreign = rocksdbConfig(join(root, 'config'), files);
  if (foreign) refuse(foreign.reason, foreign.hint);
}

/** Why a store with metadata in RocksDB is refused, and how it is brought over. */
export function rocksdbConfig(
  config: string,
  files: FileSystem,
): { reason: string; hint: string } | undefined {
  const names = [...Object.keys(ROCKSDB_FILES), SHARED_ROCKSDB, NEWER_ROCKSDB].filter((name) =>
    files.exists(join(config, name, 'CURRENT')),
  );
  const [first] = names;
  if (first === undefined) return undefined;
  const reason = `its metadata is in RocksDB (${join(config, first)})`;
  if (names.includes(NEWER_ROCKSDB)) {
    const newer = `${reason}, as configManagerVersion=v2 has it`;
    return { reason: newer, hint: 'export it while RocketMQ serves it' };
  }
  const shared = names.includes(SHARED_ROCKSDB);
  const exports = Object.entries(ROCKSDB_FILES)
    .filter(([kind]) => shared || names.includes(kind))
    .map(([kind, file]) => {
      const to = join(config, file);
      return `mqadmin rocksDBConfigToJson -p ${config} -t ${kind} -e ${to}`;
    });
  const moves = names.map((name) => `mv ${join(config, name)} ${join(config, `${name}.rocksdb`)}`);
  return { reason, hint: `export it and put it aside: ${[...exports, ...moves].join(' && ')}` };
}

/** The `lock` and `abort` files of a store in use. */
export class StoreDirectory {
  private lock: FileLock | undefined;

  constructor(
    private readonly paths: StorePaths,
    private readonly files: FileSystem,
  ) {}

  /** Takes the directory; whether the last process left it in order. */
  acquire(): boolean {
    const { files, paths } = this;
    try {
      files.mkdirp(paths.root);
      for (const path of paths.commitLogs) files.mkdirp(path);
      files.mkdirp(paths.consumeQueue);
      this.checkAbort();
      this.lock = files.lockFile(paths.lock);
    } catch (error) {
      if (error instanceof MqError) throw error; // another process has it, or of `abort`
      const reason = (error as Error).message;
      throw new MqError('DIRECTORY_UNWRITABLE', { path: paths.root, reason }, { cause: error });
    }
    return !files.exists(paths.abort);
  }

  /** From here on a crash leaves the store out of order. */
  markInUse(pid: number): void {
    this.files.writeTextAtomic(this.paths.abort, String(pid), { backup: true });
  }

  refresh(): void {
    this.lock?.refresh();
  }

  release(inOrder: boolean): void {
    if (!this.lock) return;
    if (inOrder) this.files.unlink(this.paths.abort);
    this.lock.release();
    this.lock = undefined;
  }

  private checkAbort(): void {
    const path = this.paths.abort;
    if (!this.files.stat(path)?.isDirectory) return;
    const hint = 'remove it, and make an empty file of that name: what a crash left is mended then';
    throw new MqError('STORE_UNREADABLE', { path, reason: 'it is a directory' }, { hint });
  }
}
