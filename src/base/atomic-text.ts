// Small text files that are rewritten as a whole: write beside, fsync, keep the previous text as
// `.bak` (upstream's MixAll.string2File), rename. A crash leaves the old or the new text.

import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from './make-directory.js';

export interface AtomicTextOptions {
  /** Keep the previous text as `<path>.bak`. */
  backup?: boolean;
  /** Permissions of the file; by default those that it has, or a new file's. */
  mode?: number;
}

interface Waiting {
  text: string;
  options: AtomicTextOptions;
  done: Promise<void>;
}

export interface AtomicTexts {
  write(path: string, text: string | Uint8Array, options?: AtomicTextOptions): void;
  save(path: string, text: string, options?: AtomicTextOptions): Promise<void>;
}

export function atomicTexts(): AtomicTexts {
  /** The newest text asked for per path: an older one that is still under way is then dropped. */
  const newest = new Map<string, symbol>();
  const running = new Map<string, Promise<void>>();
  const waiting = new Map<string, Waiting>();

  function write(link: string, text: string | Uint8Array, options: AtomicTextOptions = {}): void {
    newest.delete(link);
    makeDirectory(dirname(link));
    const { path, mode } = targetOf(link);
    const beside = `${path}.tmp`;
    writeDurably(beside, text, options.mode ?? mode);
    putInPlace(path, beside, options);
  }

  async function saveNow(path: string, text: string, options: AtomicTextOptions): Promise<void> {
    const mine = Symbol(path);
    newest.set(path, mine);
    const beside = `${path}.tmp2`; // apart from that of `write`, which may come in between
    await fs.promises.mkdir(dirname(path), { recursive: true });
    const handle = await fs.promises.open(beside, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (newest.get(path) !== mine) {
      await fs.promises.rm(beside, { force: true });
      return; // a synchronous write was faster and newer
    }
    newest.delete(path);
    putInPlace(path, beside, options);
  }

  function run(path: string, text: string, options: AtomicTextOptions): Promise<void> {
    const done = saveNow(path, text, options).finally(() => running.delete(path));
    running.set(path, done);
    return done;
  }

  function save(path: string, text: string, options: AtomicTextOptions = {}): Promise<void> {
    const before = running.get(path);
    if (!before) return run(path, text, options);
    const next = waiting.get(path);
    if (next) {
      Object.assign(next, { text, options });
      return next.done;
    }
    const entry: Waiting = { text, options, done: Promise.resolve() };
    entry.done = before
      .catch(() => undefined) // told to whoever asked for that one
      .then(() => {
        waiting.delete(path);
        return run(path, entry.text, entry.options);
      });
    waiting.set(path, entry);
    return entry.done;
  }

  return { write, save };
}

function writeDurably(path: string, text: string | Uint8Array, mode: number | undefined): void {
  const fd = fs.openSync(path, 'w', mode);
  try {
    if (mode !== undefined) fs.fchmodSync(fd, mode); // the umask, or a file that was left behind
    fs.writeFileSync(fd, text);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Where a symbolic link leads, so that it stays one, and the permissions to keep. */
function targetOf(path: string): { path: string; mode: number | undefined } {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (!found) return { path, mode: undefined };
  return { path: fs.realpathSync(path), mode: found.mode & 0o777 };
}

/**
 * The `.bak` is made as a second name of the old text, so `path` never goes missing. Where a
 * directory has its name there is none: the text itself is what matters.
 */
function putInPlace(path: string, beside: string, options: AtomicTextOptions): void {
  const backup = `${path}.bak`;
  if (options.backup && fs.existsSync(path) && !isDirectory(backup)) {
    try {
      fs.rmSync(`${backup}.tmp`, { force: true });
      fs.linkSync(path, `${backup}.tmp`);
    } catch {
      fs.copyFileSync(path, `${backup}.tmp`); // a file system without hard links
    }
    fs.renameSync(`${backup}.tmp`, backup);
  }
  fs.renameSync(beside, path);
}

const isDirectory = (path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
