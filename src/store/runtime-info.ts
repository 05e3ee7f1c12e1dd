// The store's part of brokerStatus (DefaultMessageStore.getRuntimeInfo, and what
// AdminBrokerProcessor.prepareRuntimeInfo asks the store for).

import { decimal } from './stats.js';
import type { StoreParts } from './parts.js';

export function storeRuntimeInfo(parts: StoreParts): Record<string, string> {
  const { stats, files, paths, commitLog, health } = parts;
  const info = stats.info();
  const ratios = paths.commitLogs.map((path) =>
    files.exists(path) ? files.statfs(path).usedRatio : -1,
  );
  ratios.forEach((ratio, i) => {
    info[`commitLogDiskRatio_${paths.commitLogs[i]}`] = decimal(ratio);
  });
  info.commitLogDiskRatio = decimal(Math.min(...ratios));
  info.consumeQueueDiskRatio = decimal(files.statfs(paths.consumeQueue).usedRatio);
  info.commitLogMinOffset = String(commitLog.min);
  info.commitLogMaxOffset = String(commitLog.written);
  info.dispatchBehindBytes = '0';
  info.pageCacheLockTimeMills = '0';
  info.remainTransientStoreBufferNumbs = '2147483647';
  info.remainHowManyDataToFlush = `${commitLog.written - commitLog.flushed}`;
  if (!health.ok) info.storeTrouble = health.reason;
  return info;
}
