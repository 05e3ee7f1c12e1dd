// Makes a directory with those above it. Node's own `recursive` never ends where the parent is
// there but takes nothing, as below /proc.

import * as fs from 'node:fs';
import { dirname } from 'node:path';

export function makeDirectory(path: string): void {
  try {
    fs.mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EEXIST as a rule; systems have other codes for the root and for what is mounted read-only.
    if (isDirectory(path)) return;
    const parent = dirname(path);
    if (code !== 'ENOENT') throw error;
    if (parent === path || fs.existsSync(parent)) throw error;
    makeDirectory(parent);
    makeDirectory(path);
  }
}

function isDirectory(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
