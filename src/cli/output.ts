// How results are printed: RocketMQ's text, a table for people, or one JSON document.

import type { Io } from './io.js';

/** A column of a listing: its heading as RocketMQ prints it, and the value of a row. */
export interface Table {
  head: readonly string[];
  rows: readonly (readonly unknown[])[];
}

/** One JSON document. Maps become objects, big integers text, so that any reader takes it. */
export function jsonText(data: unknown): string {
  return `${JSON.stringify(data === undefined ? null : data, jsonValue, 2)}\n`;
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Set) return [...value];
  if (!(value instanceof Map)) return value;
  const plain = [...value.keys()].every((key) => typeof key !== 'object' || key === null);
  if (plain) return Object.fromEntries([...value].map(([key, one]) => [String(key), one]));
  return [...value].map(([key, one]: [object, unknown]) =>
    typeof one === 'object' ? { ...key, ...one } : { ...key, value: one },
  );
}

export async function tableText({ head, rows }: Table, io: Io): Promise<string> {
  const { default: CliTable } = await import('cli-table3');
  const colours = io.outIsTerminal && (io.env.NO_COLOR ?? '') === '';
  const table = new CliTable({
    head: head.map((title) => title.replace(/^#/, '')),
    // Lines between rows would double the height of a listing.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: colours ? { head: ['cyan'], border: ['gray'] } : { head: [], border: [] },
  });
  for (const row of rows) table.push(row.map((value) => cellText(value)));
  return `${table.toString()}\n`;
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value);
}

/** A table of any data: an array of objects by their keys, an object as key and value. */
export function tableOf(data: unknown): Table | undefined {
  if (data instanceof Map) return { head: ['key', 'value'], rows: [...data] };
  if (!Array.isArray(data)) {
    if (typeof data !== 'object' || data === null) return undefined;
    return { head: ['key', 'value'], rows: Object.entries(data) };
  }
  const isObject = (one: unknown): one is object => typeof one === 'object' && one !== null;
  if (!data.every(isObject)) return { head: ['value'], rows: data.map((one: unknown) => [one]) };
  const head = [...new Set(data.flatMap((one) => Object.keys(one)))];
  return {
    head,
    rows: data.map((one) => head.map((key) => (one as Record<string, unknown>)[key])),
  };
}
