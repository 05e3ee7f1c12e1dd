// Pretty JSON as RocketMQ prints it (fastjson's PrettyFormat): tabs, bare number keys.

export function prettyJava(value: unknown, indent = ''): string {
  const inner = `${indent}\t`;
  const join = (open: string, parts: string[], close: string): string =>
    parts.length === 0
      ? open + close
      : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
  if (Array.isArray(value)) {
    const parts = value.map((one) => prettyJava(one, inner));
    return join('[', parts, ']');
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const parts = entriesOf(value).map(
    ([key, one]) =>
      `${typeof key === 'number' ? key : JSON.stringify(key)}:${prettyJava(one, inner)}`,
  );
  return join('{', parts, '}');
}

/** Fields of a class by name, entries of a map as they are; what is absent is not written. */
function entriesOf(value: object): [string | number, unknown][] {
  if (value instanceof Map) return [...(value as Map<string | number, unknown>)];
  return Object.entries(value)
    .filter(([, one]) => one !== undefined && one !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
