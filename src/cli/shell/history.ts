// The lines of earlier shells: <home>/shell-history, which only its owner may read.

import { join } from 'node:path';
import type { Io } from '../process/io.js';
import { pocketHome } from '../access/profile.js';

const KEPT = 1000;
const OWNER_ONLY = 0o600;

/** Words whose values are nobody else's business. */
const SECRET = /--?(secret-key|security-token|password|p)\b/;
const WITH_PASSWORD = /^\s*(mqadmin\s+)?(create|update)user\b/i;

export class History {
  private readonly file: string;
  private readonly lines: string[];

  constructor(private readonly io: Io) {
    this.file = join(pocketHome(io), 'shell-history');
    this.lines = (this.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-KEPT);
  }

  get newestFirst(): string[] {
    return [...this.lines].reverse();
  }

  add(line: string): void {
    if (line.trim() === '' || line === this.lines.at(-1) || secret(line)) return;
    this.lines.push(line);
    if (this.lines.length > KEPT) this.lines.shift();
    try {
      this.io.files.writeTextAtomic(this.file, `${this.lines.join('\n')}\n`, { mode: OWNER_ONLY });
    } catch {
      // a home that cannot be written to: the history ends with the shell
    }
  }

  private read(): string | undefined {
    try {
      return this.io.files.readText(this.file);
    } catch {
      return undefined;
    }
  }
}

function secret(line: string): boolean {
  const [, word] = SECRET.exec(line) ?? [];
  return word !== undefined && (word !== 'p' || WITH_PASSWORD.test(line));
}
