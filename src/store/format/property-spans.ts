// Where the properties that are indexed stand in a record's properties, found in one pass and
// without cutting texts out: this runs for every message.

import { Property } from '../../protocol/flags.js';

const NAME_END = '\u0001';
const ENTRY_END = '\u0002';
const UNIQUE = Property.UNIQ_KEY + NAME_END;
const KEYS = Property.KEYS + NAME_END;
const TAGS = Property.TAGS + NAME_END;
const SPACE = 0x20;

/** Ends are 0 for what is not there; empty values count as missing. */
export class PropertySpans {
  text = '';
  uniqueStart = 0;
  uniqueEnd = 0;
  keysStart = 0;
  keysEnd = 0;
  tagsStart = 0;
  tagsEnd = 0;

  scan(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.uniqueEnd = this.keysEnd = this.tagsEnd = 0;
    for (let at = 0; at < text.length;) {
      let end = text.indexOf(ENTRY_END, at);
      if (end < 0) end = text.length;
      this.take(text, at, end);
      at = end + 1;
    }
  }

  private take(text: string, at: number, end: number): void {
    if (text.startsWith(UNIQUE, at)) {
      this.uniqueStart = at + UNIQUE.length;
      this.uniqueEnd = end > this.uniqueStart ? end : 0;
    } else if (text.startsWith(KEYS, at)) {
      this.keysStart = at + KEYS.length;
      this.keysEnd = end > this.keysStart ? end : 0;
    } else if (text.startsWith(TAGS, at)) {
      this.tagsStart = at + TAGS.length;
      this.tagsEnd = end > this.tagsStart ? end : 0;
    }
  }
}

/** For all who look at one message after the other: the text is then scanned once. */
export const sharedSpans = new PropertySpans();

/** Java's hash of `text` from `start` to `end`, continuing that of what stands before. */
export function hashSpan(seed: number, text: string, start: number, end: number): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Calls `take` with the begin and end of each of the words that one space separates. */
export function eachWord(
  text: string,
  start: number,
  end: number,
  take: (start: number, end: number) => void,
): void {
  let from = start;
  for (let i = start; i <= end; i++) {
    if (i < end && text.charCodeAt(i) !== SPACE) continue;
    if (i > from) take(from, i);
    from = i + 1;
  }
}
