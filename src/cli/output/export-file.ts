// Files that export commands write, as RocketMQ's: pretty JSON below /tmp/rocketmq/export.

import { join, resolve } from 'node:path';
import type { Io } from '../process/io.js';
import { prettyJava } from './java-json.js';

const FOLDER = '/tmp/rocketmq/export';

/** Writes `data`; the path as RocketMQ prints it. */
export function exportFile(
  io: Io,
  folder: string | undefined,
  name: string,
  data: unknown,
): string {
  const path = join(folder ?? FOLDER, name);
  const absolute = resolve(io.cwd, path);
  io.files.mkdirp(resolve(absolute, '..'));
  io.files.writeTextAtomic(absolute, prettyJava(data));
  return path;
}
