// Hyphens and quotes that web pages put into commands, and the command as it was meant.

const HYPHENS = /^[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]/;
const QUOTES = /[\u2018-\u201D]/g;

const NAMES: Record<string, string> = {
  '\u2010': 'HYPHEN',
  '\u2011': 'NON-BREAKING HYPHEN',
  '\u2012': 'FIGURE DASH',
  '\u2013': 'EN DASH',
  '\u2014': 'EM DASH',
  '\u2015': 'HORIZONTAL BAR',
  '\u2018': 'LEFT SINGLE QUOTATION MARK',
  '\u2019': 'RIGHT SINGLE QUOTATION MARK',
  '\u201A': 'SINGLE LOW-9 QUOTATION MARK',
  '\u201B': 'SINGLE HIGH-REVERSED-9 QUOTATION MARK',
  '\u201C': 'LEFT DOUBLE QUOTATION MARK',
  '\u201D': 'RIGHT DOUBLE QUOTATION MARK',
  '\u2212': 'MINUS SIGN',
  '\uFE58': 'SMALL EM DASH',
  '\uFE63': 'SMALL HYPHEN-MINUS',
  '\uFF0D': 'FULLWIDTH HYPHEN-MINUS',
  '\uFF0C': 'FULLWIDTH COMMA',
  '\uFF0E': 'FULLWIDTH FULL STOP',
  '\uFF1A': 'FULLWIDTH COLON',
  '\uFF1B': 'FULLWIDTH SEMICOLON',
  '\uFF1D': 'FULLWIDTH EQUALS SIGN',
  '\u3000': 'IDEOGRAPHIC SPACE',
  '\u3001': 'IDEOGRAPHIC COMMA',
  '\u3002': 'IDEOGRAPHIC FULL STOP',
};

/** What is wrong with a word that stands where an option should; undefined when nothing is. */
export function typographicSlip(word: string): string | undefined {
  const hyphen = HYPHENS.exec(word)?.[0];
  if (hyphen !== undefined) return `'${word}' begins with ${named(hyphen)}, not with '-'`;
  const quote = /^[\u2018-\u201D]|[\u2018-\u201D]$/.exec(word)?.[0];
  if (quote !== undefined)
    return `'${word}' holds ${named(quote)}, which the shell leaves as it is`;
  return undefined;
}

/** What is wrong with the value of an option that is a name, an address or a number. */
export function typographicValue(value: string): string | undefined {
  if (QUOTED.test(value)) return typographicSlip(value);
  const odd = ODD_IN_VALUE.exec(value)?.[0];
  return odd === undefined
    ? undefined
    : `'${value}' holds ${named(odd)} in the place of '${plainOf(odd)}'`;
}

const QUOTED = /^[\u2018-\u201D].*[\u2018-\u201D]$/s;

/** Hyphens of web pages; full-width forms of ASCII; the ideographic comma, full stop and space. */
const ODD_IN_VALUE = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF01-\uFF5E\u3000-\u3002]/;

function plainOf(odd: string): string {
  const code = odd.codePointAt(0)!;
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCodePoint(code - 0xff01 + 0x21);
  return { '\u3000': ' ', '\u3001': ',', '\u3002': '.' }[odd] ?? '-';
}

function named(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return `${NAMES[character] ?? 'a full-width character'} (U+${code})`;
}

/** The command with ASCII hyphens and quotes, to be pasted into a shell. */
export function corrected(app: string, argv: readonly string[]): string {
  const words: string[] = [];
  let open: string[] | undefined; // words of a value that a web page's quotes hold together
  for (const raw of argv) {
    const word = plainToken(HYPHENS.test(raw) ? dashed(raw) : raw);
    const clean = word.replace(QUOTES, '');
    const opens = /^[\u2018\u201C]/.test(word);
    const closes = /[\u2019\u201D]$/.test(word);
    if (open) {
      open.push(clean);
      if (!closes) continue;
      words.push(open.join(' '));
      open = undefined;
    } else if (opens && !closes) open = [clean];
    else words.push(opens || closes ? clean : word);
  }
  if (open) words.push(...open);
  return [app, ...words.map(shellQuoted)].join(' ');
}

/** A name, address or number with ASCII signs; any other text as it is. */
function plainToken(word: string): string {
  const plain = word.replace(new RegExp(ODD_IN_VALUE, 'g'), plainOf);
  return /^[\w@%+=:,;./-]+$/.test(plain) ? plain : word;
}

/** `–topic` was `--topic` before the page joined its hyphens; `–t` was `-t`. */
function dashed(word: string): string {
  const name = word.replace(/^[-\u2010-\u2015\u2212\uFE58\uFE63\uFF0D]+/, '');
  return name.split('=')[0]!.length > 2 ? `--${name}` : `-${name}`;
}

/** A word as a shell must be given it. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
