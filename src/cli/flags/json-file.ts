// A JSON file that a user names on the command line.

import { resolve } from 'node:path';
import { usage } from './argv.js';
import type { Io } from '../process/io.js';

export function jsonFile({ files, cwd }: Io, name: string): unknown {
  const path = resolve(cwd, name);
  const text = files.stat(path)?.isDirectory === false ? files.readText(path) : undefined;
  if (text === undefined) throw usage(`the file path ${name} does not exists`);
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw usage(`${name} is no JSON text: ${(error as Error).message}`);
  }
}
