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

const isList = (shape: readonly [Shape] | ShapeFields): shape is readonly [Shape] =>
  Array.isArray(shape);

export const schemaText = (name: string, shape: Shape): string =>
  `${JSON.stringify({ $schema: DIALECT, title: name, ...schemaOf(shape) }, null, 2)}\n`;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
