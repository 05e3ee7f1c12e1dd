// A shape (src/cli/command/shape.ts) as docs/commands.md prints it.

import type { Shape } from '../src/cli/command/shape.js';

const WIDTH = 96;

/** On one line where that fits, else a line per field. */
export function shapeText(shape: Shape, indent = ''): string {
  const flat = flatText(shape);
  if (indent.length + flat.length <= WIDTH || typeof shape === 'string') return flat;
  const inner = `${indent}  `;
  if (isList(shape)) return `[${shapeText(shape[0], indent)}]`;
  const { '|': either } = shape;
  if (either !== undefined) {
    const parts = (either as readonly Shape[]).map((one) => shapeText(one, inner));
    return `either\n${inner}${parts.join(`\n${indent}or\n${inner}`)}`;
  }
  const fields = Object.entries(shape as Record<string, Shape>).map(
    ([key, one]) => `${keyText(key)}: ${shapeText(one, inner)}`,
  );
  return `{\n${packed(fields, inner).join('\n')}\n${indent}}`;
}

/** As many fields in a line as fit. */
function packed(fields: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const field of fields) {
    const longer = line === '' ? `${indent}${field}` : `${line}, ${field}`;
    if (line !== '' && (longer.length > WIDTH || longer.includes('\n'))) {
      lines.push(`${line},`);
      line = `${indent}${field}`;
    } else line = longer;
  }
  return [...lines, line];
}

function flatText(shape: Shape): string {
  if (typeof shape === 'string') return shape.replace('|', ' or ');
  if (isList(shape)) return `[${flatText(shape[0])}]`;
  const { '|': either } = shape;
  if (either !== undefined) return (either as readonly Shape[]).map(flatText).join(' or ');
  const fields = Object.entries(shape as Record<string, Shape>);
  return `{ ${fields.map(([key, one]) => `${keyText(key)}: ${flatText(one)}`).join(', ')} }`;
}

const keyText = (key: string): string => (key === '*' ? '…' : key);

const isList = (shape: Exclude<Shape, string>): shape is readonly [Shape] => Array.isArray(shape);
