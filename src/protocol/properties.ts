// Message properties as text: name 0x01 value 0x02, repeated (MessageDecoder).

const NAME_END = '\u0001';
const ENTRY_END = '\u0002';

export type Properties = Record<string, string>;

/** Reads properties; entries without a name or value, and a missing last 0x02, are tolerated. */
export function parseProperties(text: string): Properties {
  const properties: Properties = {};
  for (let at = 0; at < text.length;) {
    let end = text.indexOf(ENTRY_END, at);
    if (end < 0) end = text.length;
    if (end - at >= 3) {
      const nameEnd = text.indexOf(NAME_END, at);
      if (nameEnd > at && nameEnd < end - 1) {
        properties[text.slice(at, nameEnd)] = text.slice(nameEnd + 1, end);
      }
    }
    at = end + 1;
  }
  return properties;
}

export function formatProperties(properties: Readonly<Properties>): string {
  let text = '';
  for (const name in properties) {
    const value = properties[name];
    if (value !== undefined) text += name + NAME_END + value + ENTRY_END;
  }
  return text;
}

/** One property of the text without parsing the others, for the hot path. */
export function findProperty(text: string, name: string): string | undefined {
  const pattern = name + NAME_END;
  let at = text.startsWith(pattern) ? 0 : text.indexOf(ENTRY_END + pattern);
  if (at < 0) return undefined;
  at += at === 0 && text.startsWith(pattern) ? pattern.length : pattern.length + 1;
  const end = text.indexOf(ENTRY_END, at);
  const value = end < 0 ? text.slice(at) : text.slice(at, end);
  return value === '' ? undefined : value;
}

/** The text without a property; the others are not parsed. */
export function withoutProperty(text: string, name: string): string {
  const pattern = name + NAME_END;
  for (let kept = text; ;) {
    const first = kept.startsWith(pattern);
    const at = first ? 0 : kept.indexOf(ENTRY_END + pattern) + 1;
    if (at === 0 && !first) return kept;
    const end = kept.indexOf(ENTRY_END, at);
    kept = kept.slice(0, at) + (end < 0 ? '' : kept.slice(end + 1));
  }
}

/** Java's String.hashCode, which tags and index keys use: signed 32 bits over UTF-16 units. */
export function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
