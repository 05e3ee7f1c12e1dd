// The user's own defaults: <home>/config.ini, read only where it exists.

import { join } from 'node:path';
import { MqError } from '../base/errors.js';
import type { Io } from './io.js';

export const OUTPUTS = ['text', 'table', 'json'] as const;
export type OutputForm = (typeof OUTPUTS)[number];

export interface Profile {
  /** Name servers for commands that got none by -n or NAMESRV_ADDR. */
  namesrvAddr?: string;
  output?: OutputForm;
  /** How long one request of a command may take. */
  timeoutMs?: number;
}

/** Where a user's own things are: profile, run files, and what the servers write by default. */
export function pocketHome({ env, homeDir }: Io): string {
  return env.POCKETMQ_HOME || join(homeDir, '.pocketmq');
}

export async function loadProfile(io: Io): Promise<Profile> {
  const file = join(pocketHome(io), 'config.ini');
  const text = io.files.readText(file);
  if (text === undefined) return {};
  const { parse } = await import('ini');
  return profileOf(file, parse(keepSemicolons(text)));
}

/** `ini` cuts a value at `;` and `#`; name servers are separated by them, so they are escaped. */
export function keepSemicolons(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => (/^\s*[;#[]/.test(line) ? line : line.replace(/(?<!\\)[;#]/g, '\\$&')))
    .join('\n');
}

const KEYS = ['namesrvAddr', 'output', 'timeoutMs'];

function profileOf(file: string, values: Record<string, unknown>): Profile {
  const wrong = (problem: string): MqError =>
    new MqError('CONFIG_INVALID', { problems: `${file}: ${problem}` });
  for (const key of Object.keys(values)) {
    if (!KEYS.includes(key)) throw wrong(`unknown key '${key}'; known: ${KEYS.join(', ')}`);
  }
  const profile: Profile = {};
  const { namesrvAddr, output, timeoutMs } = values;
  if (namesrvAddr !== undefined) profile.namesrvAddr = String(namesrvAddr).trim();
  if (output !== undefined) {
    const form = OUTPUTS.find((one) => one === output);
    if (!form) throw wrong(`output is '${String(output)}'; it can be ${OUTPUTS.join(', ')}`);
    profile.output = form;
  }
  if (timeoutMs !== undefined) {
    const number = Number(timeoutMs);
    if (!Number.isInteger(number) || number < 1 || number > 3_600_000) {
      throw wrong(`timeoutMs is '${String(timeoutMs)}'; it can be 1 to 3600000`);
    }
    profile.timeoutMs = number;
  }
  return profile;
}
