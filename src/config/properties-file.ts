// A properties file on disk: UTF-8, or anything else byte for byte, so that an edit keeps comments
// in other encodings as they are.

import { isUtf8 } from 'node:buffer';
import { MqError } from '../base/errors.js';
import type { FileSystem } from '../base/files.js';
import { describeError } from '../base/log.js';
import { editProperties } from './properties.js';

type Reading = Pick<FileSystem, 'openSync' | 'readSync' | 'closeSync' | 'stat'>;

export interface PropertiesSource {
  text: string;
  encoding: 'utf8' | 'latin1';
}

export function readPropertiesText(path: string, files: Reading): PropertiesSource {
  try {
    const bytes = Buffer.alloc(files.stat(path)?.size ?? 0);
    const fd = files.openSync(path, 'r');
    try {
      files.readSync(fd, bytes, 0, bytes.length, 0);
    } finally {
      files.closeSync(fd);
    }
    const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
    return { text: bytes.toString(encoding), encoding };
  } catch (error) {
    throw new MqError('CONFIG_FILE_UNREADABLE', { file: path, reason: describeError(error) });
  }
}

/** Replaces or adds some values and leaves every other byte as it is. */
export function changePropertiesFile(
  path: string,
  changes: ReadonlyMap<string, string>,
  sameKey: (a: string, b: string) => boolean,
  files: Reading & Pick<FileSystem, 'exists' | 'writeTextAtomic'>,
): void {
  const before: PropertiesSource = files.exists(path)
    ? readPropertiesText(path, files)
    : { text: '', encoding: 'utf8' };
  const bytes = Buffer.from(editProperties(before.text, changes, sameKey), before.encoding);
  files.writeTextAtomic(path, bytes, { backup: true });
}
