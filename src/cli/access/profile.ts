// The user's own defaults: <home>/config.ini, read only where it exists.

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import type { Io } from '../process/io.js';

export const OUTPUTS = ['text', 'json', 'table', 'yaml', 'csv'] as const;
export type OutputForm = (typeof OUTPUTS)[number];

/** What config.ini and a named profile (profiles.ts) may hold. */
export interface Defaults {
  /** Name servers for commands that got none by -n or NAMESRV_ADDR. */
  namesrvAddr?: string;
  output?: OutputForm;
  /** How long one request of a command may take. */
  timeoutMs?: number;
}

/** Who signs requests. */
export interface Account {
  accessKey: string;
  secretKey: string;
  /** Of temporary credentials. */
  securityToken?: string;
}

/** How to reach a cluster that takes TLS; paths of PEM files. */
export interface TlsChoice {
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

/** Where a user's own things are: profile, run files, and what the servers write by default. */
export function pocketHome({ env, homeDir }: Io): string {
  return env.POCKETMQ_HOME || join(homeDir, '.pocketmq');
}

export async function loadDefaults(io: Io): Promise<Defaults> {
  const file = join(pocketHome(io), 'config.ini');
  const text = io.files.readText(file);
  if (text === undefined) return {};
  const { default: ini } = await import('ini');
  return configOf(file, ini.parse(keepSemicolons(text)));
}

/**
 * `ini` cuts a value at `;` and `#`; name servers are separated by them, so they are escaped.
 * It leaves values in quotes alone.
 */
export function keepSemicolons(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => (/^\s*[;#[]|=\s*"/.test(line) ? line : line.replace(/(?<!\\)[;#]/g, '\\$&')))
    .join('\n');
}

const KEYS = ['namesrvAddr', 'output', 'timeoutMs'];

function configOf(file: string, values: Record<string, unknown>): Defaults {
  const wrong = (problem: string): MqError =>
    new MqError('CONFIG_INVALID', { problems: `${file}: ${problem}` });
  for (const key of Object.keys(values)) {
    if (!KEYS.includes(key)) throw wrong(`unknown key '${key}'; known: ${KEYS.join(', ')}`);
  }
  return defaultsOf(values, wrong);
}

/** Throws what `wrong` makes of a problem. */
export function defaultsOf(
  { namesrvAddr, output, timeoutMs }: Record<string, unknown>,
  wrong: (problem: string) => MqError,
): Defaults {
  const defaults: Defaults = {};
  if (namesrvAddr !== undefined) defaults.namesrvAddr = String(namesrvAddr).trim();
  if (output !== undefined) {
    const form = OUTPUTS.find((one) => one === output);
    if (!form) throw wrong(`output is '${String(output)}'; it can be ${OUTPUTS.join(', ')}`);
    defaults.output = form;
  }
  if (timeoutMs !== undefined) {
    const number = Number(timeoutMs);
    if (!Number.isInteger(number) || number < 1 || number > 3_600_000) {
      throw wrong(`timeoutMs is '${String(timeoutMs)}'; it can be 1 to 3600000`);
    }
    defaults.timeoutMs = number;
  }
  return defaults;
}
