// What a command's --json looks like: declared as a literal beside the command, given out as a
// JSON schema (--json-schema, docs/commands.md).

type Plain = 'text' | 'int' | 'number' | 'bool' | 'null' | 'any';

/**
 * `'text'`, `'int|null'`; `[row]` is a list of rows; `{ name: 'text', 'lag?': 'int' }` an object
 * whose lag may be absent; `{ '*': 'text' }` one with keys of any name; `{ '|': [a, b] }` either.
 */
export type Shape = Plain | `${Plain}|${Plain}` | readonly [Shape] | ShapeFields;

interface ShapeFields {
  readonly [key: string]: Shape | readonly Shape[];
}

export type JsonSchema = { [key: string]: unknown };

const TYPES: Readonly<Record<string, string>> = { text: 'string', int: 'integer', bool: 'boolean' };

export function schemaOf(shape: Shape): JsonSchema {
  if (typeof shape === 'string') return plainSchema(shape);
  if (isList(shape)) return { type: 'array', items: schemaOf(shape[0]) };
  const { '|': either, '*': others, ...fields } = shape;
  if (either !== undefined) return { anyOf: (either as readonly Shape[]).map(schemaOf) };
  const entries = Object.entries(fields) as [string, Shape][];
  const properties = entries.map(([key, one]) => [key.replace(/\?$/, ''), schemaOf(one)]);
  return {
    type: 'object',
    ...(entries.length === 0 ? {} : { properties: Object.fromEntries(properties) as object }),
    ...(entries.length === 0
      ? {}
      : { required: entries.map(([key]) => key).filter((key) => !key.endsWith('?')) }),
    additionalProperties: others === undefined ? false : schemaOf(others as Shape),
  };
}

function plainSchema(shape: string): JsonSchema {
  const types = shape.split('|').map((name) => TYPES[name] ?? name);
  if (types.includes('any')) return {};
  return { type: types.length === 1 ? types[0] : types };
}

/**
 * Data as its shape says. A map by queue is printed as a list of rows; of an empty one nobody can
 * tell, so it is made a list here, in its place.
 */
export function fitted(shape: Shape, data: unknown): unknown {
  if (typeof shape === 'string' || typeof data !== 'object' || data === null) return data;
  if (isList(shape)) {
    if (data instanceof Map && data.size === 0) return [];
    if (Array.isArray(data)) data.forEach((one, i) => (data[i] = fitted(shape[0], one)));
    return data;
  }
  const { '|': either, '*': others } = shape;
  if (either !== undefined) {
    return (either as readonly Shape[]).reduce((done: unknown, one) => fitted(one, done), data);
  }
  const shapeOf = (key: string): Shape =>
    (shape[key] ?? shape[`${key}?`] ?? others ?? 'any') as Shape;
  if (data instanceof Map) {
    for (const [key, one] of data) data.set(key, fitted(shapeOf(String(key)), one));
  } else if (!Array.isArray(data)) {
    const fields = data as Record<string, unknown>;
    for (const key of Object.keys(fields)) fields[key] = fitted(shapeOf(key), fields[key]);
  }
  return data;
}

const isList = (shape: readonly [Shape] | ShapeFields): shape is readonly [Shape] =>
  Array.isArray(shape);

export const schemaText = (name: string, shape: Shape): string =>
  `${JSON.stringify({ $schema: DIALECT, title: name, ...schemaOf(shape) }, null, 2)}\n`;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
