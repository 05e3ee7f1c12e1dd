// How results are printed: RocketMQ's text, or the data as JSON, YAML, a table or CSV.

import { stripVTControlCharacters } from 'node:util';
import type { Io } from '../process/io.js';
import type { OutputForm } from '../access/profile.js';

/** A column of a listing: its heading as RocketMQ prints it, and the value of a row. */
export interface Table {
  head: readonly string[];
  rows: readonly (readonly unknown[])[];
}

/** A result as a command has it; each form takes what it needs. */
export interface Result {
  text(): string;
  data(): unknown;
  table(): Table | undefined;
}

export interface Style {
  io: Io;
  /** One of several results: a JSON document is one line then, YAML documents are parted. */
  many?: boolean;
}

export async function rendered(form: OutputForm, result: Result, style: Style): Promise<string> {
  if (form === 'text') return result.text();
  if (form === 'json') return jsonText(result.data(), style.many ? 0 : 2);
  if (form === 'yaml') return yamlText(result.data(), style.many ?? false);
  const table = result.table() ?? tableOf(plainOf(result.data()));
  return form === 'csv' ? csvText(table) : tableText(table, style.io);
}

/** One JSON document. Maps become objects, big integers text, so that any reader takes it. */
export function jsonText(data: unknown, indent = 2): string {
  return `${JSON.stringify(data === undefined ? null : data, jsonValue, indent)}\n`;
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  if (value instanceof Set) return [...value];
  if (!(value instanceof Map)) return value;
  const plain = [...value.keys()].every((key) => typeof key !== 'object' || key === null);
  if (plain) return Object.fromEntries([...value].map(([key, one]) => [String(key), one]));
  return [...value].map(([key, one]: [object, unknown]) =>
    typeof one === 'object' ? { ...key, ...one } : { ...key, value: one },
  );
}

/** The data as a reader of its JSON has it. */
const plainOf = (data: unknown): unknown => JSON.parse(jsonText(data, 0)) as unknown;

async function yamlText(data: unknown, many: boolean): Promise<string> {
  const { default: yaml } = await import('yaml');
  const text = yaml.stringify(plainOf(data), { lineWidth: 0, aliasDuplicateObjects: false });
  return many ? `---\n${text}` : text;
}

/** RFC 4180: a heading, CRLF, quotes where a cell needs them. */
export function csvText({ head, rows }: Table): string {
  const lines = [head.map(titleOf), ...rows.map((row) => row.map(cellText))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

const csvCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const titleOf = (title: string): string => title.replace(/^#/, '');

async function tableText(table: Table, io: Io): Promise<string> {
  const colours = io.outIsTerminal && (io.env.NO_COLOR ?? '') === '';
  const framed = await framedText(table, colours);
  const border = stripVTControlCharacters(framed.slice(0, framed.indexOf('\n')));
  const fits = border.length <= (io.outColumns ?? Infinity);
  return fits || table.head.length < 2 || table.rows.length === 0
    ? framed
    : records(table, colours);
}

async function framedText({ head, rows }: Table, colours: boolean): Promise<string> {
  const { default: CliTable } = await import('cli-table3');
  const table = new CliTable({
    head: head.map(titleOf),
    // Lines between rows would double the height of a listing.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: colours ? { head: ['cyan'], border: ['gray'] } : { head: [], border: [] },
  });
  for (const row of rows) table.push(row.map((value) => cellText(value)));
  return `${table.toString()}\n`;
}

/** For a terminal that would break the lines of a frame: a line for each cell. */
function records({ head, rows }: Table, colours: boolean): string {
  const titles = head.map(titleOf);
  const width = Math.max(...titles.map((title) => title.length));
  const [on, off] = colours ? ['\u001b[36m', '\u001b[39m'] : ['', ''];
  const lines = (row: readonly unknown[]): string[] =>
    titles.map((title, i) =>
      `${on}${title.padEnd(width)}${off}  ${cellText(row[i]).trim()}`.trimEnd(),
    );
  return rows.map((row) => `${lines(row).join('\n')}\n`).join('\n');
}

function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value);
}

/** A table of any data: an array of objects by their keys, an object as key and value. */
function tableOf(data: unknown): Table {
  const isObject = (one: unknown): one is object => typeof one === 'object' && one !== null;
  if (!Array.isArray(data)) {
    if (!isObject(data)) return { head: ['value'], rows: data === null ? [] : [[data]] };
    return { head: ['key', 'value'], rows: Object.entries(data) };
  }
  if (!data.every(isObject)) return { head: ['value'], rows: data.map((one: unknown) => [one]) };
  const head = [...new Set(data.flatMap((one) => Object.keys(one)))];
  return {
    head,
    rows: data.map((one) => head.map((key) => (one as Record<string, unknown>)[key])),
  };
}
