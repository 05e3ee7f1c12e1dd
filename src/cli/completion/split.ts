// The words of a command line up to the cursor, as a shell would see them.

export interface Line {
  /** Whole words before the cursor. */
  words: string[];
  /** What is typed of the word at the cursor. */
  typed: string;
}

/** Quotes and backslashes are taken away; a quote that is still open ends at the cursor. */
export function splitLine(line: string): Line {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\$`]/.test(line[i + 1] ?? '')) {
        word = (word ?? '') + line[++i]!;
      } else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') word = (word ?? '') + (line[++i] ?? '');
    else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  return { words, typed: word ?? '' };
}

/** Whether a quote is open at the end: the line goes on. */
export function isOpen(line: string): boolean {
  const bare = line.replace(/\\./g, '').replace(/'[^']*'|"[^"]*"/g, '');
  return /['"]/.test(bare);
}
