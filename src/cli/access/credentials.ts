// The account that commands sign their requests with: <ROCKETMQ_HOME>/conf/tools.yml.

import { join } from 'node:path';
import type { Credentials } from '../../client/account.js';
import type { Io } from '../process/io.js';
import { pocketHome } from './profile.js';

/** Undefined where there is no such file, or it names no account. */
export function loadCredentials(io: Io): Credentials | undefined {
  const home = io.env.ROCKETMQ_HOME?.trim() || pocketHome(io);
  const text = io.files.readText(join(home, 'conf', 'tools.yml'));
  if (text === undefined) return undefined;
  const { accessKey, secretKey, securityToken } = topLevel(text);
  if (!accessKey || !secretKey) return undefined;
  return { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };
}

/** `key: value` lines of a YAML text that holds nothing else of interest. */
function topLevel(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const found = /^(\w+):\s*(?:"([^"]*)"|'([^']*)'|([^#]*?))\s*(?:#.*)?$/.exec(line);
    if (found) values[found[1]!] = found[2] ?? found[3] ?? found[4] ?? '';
  }
  return values;
}
