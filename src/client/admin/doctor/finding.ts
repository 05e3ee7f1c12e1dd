// What an examination finds: one line each, and what to do about it.

export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  level: Level;
  /** What was looked at: a few words, the same for all findings of a check. */
  check: string;
  text: string;
  /** What to do; absent where all is well. */
  advice?: string;
}

/** The findings of one check; `ok` says so where nothing is wrong. */
export class Check {
  private readonly found: Finding[] = [];

  constructor(private readonly check: string) {}

  warn(text: string, advice: string): void {
    this.found.push({ level: 'warn', check: this.check, text, advice });
  }

  fail(text: string, advice: string): void {
    this.found.push({ level: 'fail', check: this.check, text, advice });
  }

  ok(text: string): void {
    this.found.push({ level: 'ok', check: this.check, text });
  }

  /** What was found, or else `text`; without it nothing, as where there was nothing to look at. */
  orOk(text: string | undefined): Finding[] {
    if (this.found.length === 0 && text !== undefined) this.ok(text);
    return this.found;
  }
}
