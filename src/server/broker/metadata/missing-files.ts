// Tells at the start that tables are gone which every store with messages has: RocketMQ begins
// without them and says nothing, and consumers begin anew.

import { join } from 'node:path';
import type { FileSystem } from '../../../base/files.js';
import type { Logger } from '../../../base/log.js';

/** What is lost with each; any of its names will do. */
const KEPT: readonly [names: readonly string[], lost: string][] = [
  [['topics.json'], 'topics and their settings are not known'],
  [
    ['consumerOffset.json', 'lmqConsumerOffset.json'],
    'no group has an offset: consumers begin where they are configured to',
  ],
];

export function tellMissingFiles(
  root: string,
  files: Pick<FileSystem, 'readdir'>,
  log: Logger,
): void {
  const isUsed = ['consumequeue', 'batchconsumequeue'].some((name) =>
    files.readdir(join(root, name)).some(({ isDirectory }) => isDirectory),
  );
  if (!isUsed) return;
  const there = new Set(files.readdir(join(root, 'config')).map(({ name }) => name));
  for (const [names, lost] of KEPT) {
    if (names.some((name) => there.has(name) || there.has(`${name}.bak`))) continue;
    const path = join(root, 'config', names[0]!);
    log.warn(`${path} is missing in a store with messages: ${lost}; bring it back from a copy`);
  }
}
