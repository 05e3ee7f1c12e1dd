// As much of JSON schema as src/cli/command/shape.ts writes: where a document does not fit.

import type { JsonSchema } from '../../src/cli/command/shape.js';

export function misfits(schema: JsonSchema, value: unknown, path = '$'): string[] {
  const either = schema.anyOf as JsonSchema[] | undefined;
  if (either) {
    const tried = either.map((one) => misfits(one, value, path));
    return tried.some((found) => found.length === 0) ? [] : tried.flat();
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const type = typeOf(value);
  const fits = types.length === 0 || types.includes(type);
  if (!fits && !(type === 'integer' && types.includes('number'))) {
    return [`${path} is ${type}, not ${types.join(' or ')}`];
  }
  if (Array.isArray(value)) {
    const { items = {} } = schema as { items?: JsonSchema };
    return value.flatMap((one, i) => misfits(items, one, `${path}[${i}]`));
  }
  return type === 'object' ? fieldMisfits(schema, value as Record<string, unknown>, path) : [];
}

function fieldMisfits(schema: JsonSchema, value: Record<string, unknown>, path: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = (schema.required ?? []) as string[];
  const others = schema.additionalProperties as JsonSchema | boolean | undefined;
  const missing = required
    .filter((name) => !(name in value))
    .map((name) => `${path} has no ${name}`);
  const wrong = Object.entries(value).flatMap(([name, one]) => {
    const own = properties[name] ?? others ?? {};
    if (typeof own === 'boolean') return own ? [] : [`${path} has ${name}`];
    return misfits(own, one, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
