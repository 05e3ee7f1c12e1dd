// Whether a file holds nothing but zeros.

import type { Handles } from './handles.js';

const WINDOW_BYTES = 1024 * 1024;

export function isBlankFile(handles: Handles, path: string, fileBytes: number): boolean {
  const { files } = handles;
  const bytes = Buffer.alloc(WINDOW_BYTES);
  const zeros = Buffer.alloc(WINDOW_BYTES);
  for (let at = 0; at < fileBytes;) {
    const read = files.readSync(handles.fd(path), bytes, 0, bytes.length, at);
    if (read === 0) break;
    if (bytes.compare(zeros, 0, read, 0, read) !== 0) return false;
    at += read;
  }
  return true;
}
