// Settings as servers send and take them: `key=value` lines (MixAll.properties2String).

/** Reads lines of `key=value`; what has no `=` is skipped. */
export function parseSettings(text: string): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals <= 0 || line.startsWith('#')) continue;
    settings[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return settings;
}

/** Lines of `key=value`; the reader takes a backslash for the start of an escape. */
export function formatSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value.replace(/\\/g, '\\\\')}\n`)
    .join('');
}
