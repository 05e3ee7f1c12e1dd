// Waits for what nothing announces: looks again and again, and says what it waited for, and what it
// saw instead.

import { inspect } from 'node:util';

const STEP_MS = 20;
/** A machine that starts four virtual machines at once takes minutes for what else takes a second. */
const PATIENCE_MS = 180_000;
const SAW_CHARACTERS = 2000;

/** Keeps what a look saw, for the error; gives it back. */
export type Saw = <T>(seen: T) => T;

/** The first value of `look` that is neither undefined nor false. */
export async function until<T>(
  what: string,
  look: (saw: Saw) => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  let last = '';
  const saw: Saw = (seen) => {
    last = `; saw ${inspect(seen, { depth: 4 }).slice(0, SAW_CHARACTERS)}`;
    return seen;
  };
  for (;;) {
    const value = await look(saw);
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`no ${what} within ${timeoutMs} ms${last}`);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
