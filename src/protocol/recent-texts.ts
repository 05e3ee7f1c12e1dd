// Texts that stand in request after request, such as topics and groups: the string of the last time
// is used again, for it has its hash, and whoever looks it up finds it by its identity.

/** A power of two. */
const SLOTS = 64;
const LONGEST = 64;

export class RecentTexts {
  private readonly texts: string[] = new Array<string>(SLOTS).fill('');

  /** The ASCII text between two positions. */
  at(bytes: Buffer, from: number, to: number): string {
    const length = to - from;
    if (length === 0 || length > LONGEST) return bytes.toString('latin1', from, to);
    const slot = (length + bytes[from]! * 5 + bytes[to - 1]! * 7) & (SLOTS - 1);
    const known = this.texts[slot]!;
    if (known.length === length && isSame(known, bytes, from)) return known;
    return (this.texts[slot] = bytes.toString('latin1', from, to));
  }
}

function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}
