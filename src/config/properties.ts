// Java properties syntax (java.util.Properties.load), with line numbers, and edits that keep
// comments. Texts are UTF-8 here, where Java reads ISO 8859-1.

export interface PropertyLine {
  key: string;
  value: string;
  /** Number of the first natural line, from 1. */
  line: number;
  /** Natural lines that the property takes. */
  lines: number;
  /** The first natural line up to the value; undefined when that is not all on it. */
  head: string | undefined;
}

export interface PropertiesText {
  entries: PropertyLine[];
  /** Lines that cannot be read: a malformed unicode escape. */
  problems: { line: number; text: string }[];
}

interface LogicalLine {
  text: string;
  line: number;
  lines: number;
  /** Length of the part of `text` that stands on the first natural line, and its indentation. */
  firstLength: number;
  indent: string;
}

export function parseProperties(source: string): PropertiesText {
  const result: PropertiesText = { entries: [], problems: [] };
  for (const logical of logicalLines(naturalLines(source))) {
    const { keyEnd, valueStart } = separator(logical.text);
    const key = unescape(logical.text.slice(0, keyEnd));
    const value = unescape(logical.text.slice(valueStart));
    const { line, lines } = logical;
    if (key === undefined || value === undefined) {
      result.problems.push({
        line,
        text: 'a unicode escape needs four hexadecimal digits: \\u4e2d',
      });
      continue;
    }
    const whole = valueStart > keyEnd && valueStart <= logical.firstLength;
    const head = whole ? logical.indent + logical.text.slice(0, valueStart) : undefined;
    result.entries.push({ key, value, line, lines, head });
  }
  return result;
}

export function naturalLines(source: string): string[] {
  return source.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
}

/** Joins continued lines and leaves out blank lines and comments. */
function* logicalLines(natural: readonly string[]): Generator<LogicalLine> {
  let open: LogicalLine | undefined;
  for (let i = 0; i < natural.length; i++) {
    const stripped = natural[i]!.replace(/^[ \t\f]+/, '');
    // Nothing was gathered so far (not even before a lone backslash): comments still count.
    if (!open || open.text === '') {
      if (stripped === '' || stripped[0] === '#' || stripped[0] === '!') continue;
    }
    const continued = endsWithOddBackslashes(stripped);
    const part = continued ? stripped.slice(0, -1) : stripped;
    if (open) {
      open.text += part;
      open.lines = i + 2 - open.line;
    } else {
      const indent = natural[i]!.slice(0, natural[i]!.length - stripped.length);
      open = { text: part, line: i + 1, lines: 1, firstLength: part.length, indent };
    }
    if (continued) continue;
    yield open;
    open = undefined;
  }
  // To Java a lone backslash right before the end is an empty property; with blanks behind, none.
  const end = natural.length - (natural.at(-1) === '' ? 2 : 1);
  if (open && (open.text !== '' || endsWithOddBackslashes(natural[end] ?? ''))) yield open;
}

function endsWithOddBackslashes(line: string): boolean {
  let count = 0;
  while (count < line.length && line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\f';

/** Where the key ends and the value starts. */
function separator(line: string): { keyEnd: number; valueStart: number } {
  let keyEnd = 0;
  while (keyEnd < line.length && !isBlank(line[keyEnd]!) && !/[=:]/.test(line[keyEnd]!)) {
    keyEnd += line[keyEnd] === '\\' ? 2 : 1;
  }
  keyEnd = Math.min(keyEnd, line.length);
  let valueStart = keyEnd;
  while (valueStart < line.length && isBlank(line[valueStart]!)) valueStart++;
  if (line[valueStart] === '=' || line[valueStart] === ':') valueStart++;
  while (valueStart < line.length && isBlank(line[valueStart]!)) valueStart++;
  return { keyEnd, valueStart };
}

const CONTROL: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** Undefined for a malformed unicode escape. */
function unescape(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw;
  let malformed = false;
  const plain = raw.replace(/\\(u[0-9a-fA-F]{4}|[^]|$)/g, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(parseInt(escaped.slice(1), 16));
    if (escaped === 'u') malformed = true;
    return CONTROL[escaped] ?? escaped;
  });
  return malformed ? undefined : plain;
}

function escape(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/\f/g, '\\f')
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value as it must stand in a file so that every reader, Java's too, gets it back. */
export const escapeValue = (value: string): string => escape(value).replace(/^ /, '\\ ');

const escapeKey = (key: string): string => escape(key).replace(/[ =:#!]/g, '\\$&');

/** The text with some values replaced in place, or added at the end; all else stays as it is. */
export function editProperties(
  source: string,
  changes: ReadonlyMap<string, string>,
  sameKey: (a: string, b: string) => boolean = (a, b) => a === b,
): string {
  const newline = /\r\n|\r|\n/.exec(source)?.[0] ?? '\n';
  const bom = source.startsWith('\uFEFF') ? '\uFEFF' : '';
  const lines: (string | undefined)[] = naturalLines(source);
  const { entries } = parseProperties(source);
  const added: string[] = [];
  for (const [key, value] of changes) {
    const places = entries.filter((entry) => sameKey(entry.key, key));
    const last = places.at(-1); // it is the one that counts
    if (!last) {
      added.push(`${escapeKey(key)}=${escapeValue(value)}`);
      continue;
    }
    lines[last.line - 1] = `${last.head ?? `${escapeKey(last.key)}=`}${escapeValue(value)}`;
    for (let i = 1; i < last.lines; i++) lines[last.line - 1 + i] = undefined;
  }
  const kept = lines.filter((line) => line !== undefined);
  if (added.length > 0) {
    if (kept.at(-1) === '') kept.pop();
    if (endsWithOddBackslashes(kept.at(-1) ?? '')) kept.push(''); // nothing may continue that line
    kept.push(...added, '');
  }
  return bom + kept.join(newline);
}
