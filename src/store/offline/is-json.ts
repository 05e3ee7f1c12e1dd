// Whether a file holds JSON as RocketMQ's fastjson reads it.

import type { FileSystem } from '../../base/files.js';
import { parseJson } from '../../protocol/fastjson.js';

export function isJson(files: FileSystem, path: string): boolean {
  try {
    const text = files.readText(path);
    if (text === undefined || text.trim() === '') return false;
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
