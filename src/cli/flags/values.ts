// The typed values of a command's options.

import { nearest } from '../../config/nearest.js';
import { type Parsed, usage } from './argv.js';
import { type Option, type Options, spelled, type Values } from './options.js';

export function valuesOf<O extends Options>({ values }: Parsed, options: O): Values<O> {
  return Object.fromEntries(
    Object.entries(options).map(([name, one]) => [name, typed(name, one, values.get(name))]),
  ) as Values<O>;
}

function typed(name: string, one: Option, given: string | true | undefined): unknown {
  if (one.kind === 'switch') return given === true;
  if (typeof given !== 'string') return undefined;
  const text = given.trim();
  if (one.kind === 'int') {
    const number = Number(text);
    if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
    throw usage(`${spelled(name, one)} is '${given}'; it must be a whole number`, one.describe);
  }
  if (one.kind === 'bool') {
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
    throw usage(`${spelled(name, one)} is '${given}'; it must be true or false`, one.describe);
  }
  return name === 'body' || name === 'value' ? given : text;
}

/** What is said of a word that belongs to no option: RocketMQ passes it over in silence. */
export function unusedWord(word: string, options: Options): string {
  const near = nearest(
    word,
    Object.keys(options).map((name) => `--${name}`),
  );
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  return `warning: '${word}' belongs to no option and is not used${meant}\n`;
}
