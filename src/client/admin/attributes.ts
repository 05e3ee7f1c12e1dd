// The `+key=value,-key` notation for attributes of topics and groups (AttributeParser).

import { MqError } from '../../base/errors.js';

/** `+a=b,-c` as a table whose keys keep their sign. Throws USAGE for anything else. */
export function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const part of text.split(',')) {
    const change = part.trim();
    if (change === '') continue;
    const equals = change.indexOf('=');
    const key = equals < 0 ? change : change.slice(0, equals);
    const sign = equals < 0 ? '-' : '+';
    if (!key.startsWith(sign) || key.length < 2) {
      const wanted = equals < 0 ? `-${change}, or +${change}=value` : `+${change}`;
      throw new MqError('USAGE', { text: `attribute '${change}': write ${wanted}` });
    }
    if (Object.hasOwn(attributes, key)) {
      throw new MqError('USAGE', { text: `attribute '${key}' is given twice` });
    }
    attributes[key] = equals < 0 ? '' : change.slice(equals + 1);
  }
  return attributes;
}

/** The notation of a table that parseAttributes made. */
export function formatAttributes(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => (key.startsWith('+') ? `${key}=${value}` : key))
    .join(',');
}
