// Fields of a header as JSON text, twice as fast as JSON.stringify where nothing needs escaping.

/** What a JSON string cannot hold as it is; the rest needs no escaping. */
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

export const quoted = (value: string): string =>
  NOT_PLAIN.test(value) ? JSON.stringify(value) : `"${value}"`;

/** The members of an object of texts, without its braces. */
export function jsonMembers(fields: Readonly<Record<string, string>>): string {
  let text = '';
  for (const key in fields) {
    text += (text === '' ? '' : ',') + keyText(key) + quoted(fields[key]!);
  }
  return text;
}

/** Names of fields as they are written; there are few, but for what a peer may make up. */
const KEY_TEXTS = new Map<string, string>();
const MAX_KEY_TEXTS = 1000;

export function keyText(key: string): string {
  const known = KEY_TEXTS.get(key);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(key)}:`;
  if (KEY_TEXTS.size < MAX_KEY_TEXTS) KEY_TEXTS.set(key, text);
  return text;
}
