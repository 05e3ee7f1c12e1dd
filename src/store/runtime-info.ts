// The store's part of brokerStatus (DefaultMessageStore.getRuntimeInfo, and what
// AdminBrokerProcessor.prepareRuntimeInfo asks the store for).

import { decimal } from './stats.js';
import type { StoreParts } from './parts.js';

const GIB = 1024 * 1024 * 1024;

export function storeRuntimeInfo(parts: StoreParts): Record<string, string> {
  const { stats, files, paths, commitLog, health } = parts;
  const logDisk = files.statfs(paths.commitLog);
  const ratio = decimal(logDisk.usedRatio);
  const info = stats.info();
  info[`commitLogDiskRatio_${paths.commitLog}`] = ratio;
  info.commitLogDiskRatio = ratio;
  info.consumeQueueDiskRatio = decimal(files.statfs(paths.consumeQueue).usedRatio);
  info.commitLogMinOffset = String(commitLog.min);
  info.commitLogMaxOffset = String(commitLog.written);
  const total = (logDisk.totalBytes / GIB).toFixed(1);
  const free = (logDisk.availableBytes / GIB).toFixed(1);
  info.commitLogDirCapacity = `Total : ${total} GiB, Free : ${free} GiB.`;
  info.dispatchBehindBytes = '0';
  info.pageCacheLockTimeMills = '0';
  info.remainTransientStoreBufferNumbs = '2147483647';
  info.remainHowManyDataToFlush = `${commitLog.written - commitLog.flushed}`;
  if (!health.ok) info.storeTrouble = health.reason;
  return info;
}
