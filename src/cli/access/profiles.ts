// Named profiles: <home>/profiles.ini, which only its owner may read. A section is a cluster with
// the account and the TLS settings to reach it; `current` names the one in use.

import { join } from 'node:path';
import { MqError } from '../../base/errors.js';
import { nearest } from '../../config/nearest.js';
import type { Io } from '../process/io.js';
import {
  type Account,
  type Defaults,
  defaultsOf,
  keepSemicolons,
  loadDefaults,
  pocketHome,
  type TlsChoice,
} from './profile.js';

export interface NamedProfile extends Defaults {
  account?: Account;
  tls?: TlsChoice;
}

export interface Profiles {
  file: string;
  current: string | undefined;
  byName: Map<string, NamedProfile>;
}

/** What a command starts from: a named profile over config.ini. */
export interface Profile extends NamedProfile {
  /** Absent where only config.ini speaks. */
  name?: string;
  /** Whether it was named with --profile: then it is stronger than NAMESRV_ADDR. */
  asked?: boolean;
}

/** In the order in which they are written. */
const KEYS = [
  'namesrvAddr',
  'output',
  'timeoutMs',
  'accessKey',
  'secretKey',
  'securityToken',
  'tls',
  'tlsCaFile',
  'tlsCertFile',
  'tlsKeyFile',
] as const;

type Section = Partial<Record<(typeof KEYS)[number], string>>;

const OWNER_ONLY = 0o600;

/** ini takes dots in a section's name for nesting. */
export const isProfileName = (name: string): boolean => /^[A-Za-z0-9][\w-]{0,63}$/.test(name);

/** Of --profile, else POCKETMQ_PROFILE, else the one in use; what it leaves out is config.ini's. */
export async function loadProfile(io: Io, flag?: string): Promise<Profile> {
  const defaults = await loadDefaults(io);
  const profiles = await loadProfiles(io);
  const name = flag ?? (io.env.POCKETMQ_PROFILE?.trim() || profiles.current);
  if (name === undefined) return defaults;
  return { ...defaults, ...profileNamed(profiles, name), name, asked: flag !== undefined };
}

export async function loadProfiles(io: Io): Promise<Profiles> {
  const file = join(pocketHome(io), 'profiles.ini');
  const profiles: Profiles = { file, current: undefined, byName: new Map() };
  const text = io.files.readText(file);
  if (text === undefined) return profiles;
  const { default: ini } = await import('ini');
  for (const [key, value] of Object.entries(ini.parse(keepSemicolons(text)))) {
    if (typeof value === 'object' && value !== null) {
      profiles.byName.set(key, profileOf(file, key, value as Record<string, unknown>));
    } else if (key === 'current') profiles.current = String(value);
    else throw wrong(file, `'${key}' stands before the first [profile]`);
  }
  return profiles;
}

export function saveProfiles(io: Io, { file, current, byName }: Profiles): void {
  const head = current === undefined ? [] : [`current = ${current}`, ''];
  const sections = [...byName].map(([name, profile]) => {
    const section = sectionOf(profile);
    const lines = KEYS.filter((key) => section[key] !== undefined);
    return [`[${name}]`, ...lines.map((key) => `${key} = ${written(section[key]!)}`), ''];
  });
  const text = [...head, ...sections.flat()].join('\n');
  io.files.writeTextAtomic(file, text, { mode: OWNER_ONLY });
}

/** Throws PROFILE_NOT_FOUND. */
export function profileNamed({ byName }: Profiles, name: string): NamedProfile {
  const found = byName.get(name);
  if (found) return found;
  const names = [...byName.keys()];
  const near = nearest(name, names);
  const list = names.length === 0 ? 'there is none yet' : `profiles: ${names.join(', ')}`;
  const hint = near === undefined ? list : `did you mean ${near}?`;
  throw new MqError('PROFILE_NOT_FOUND', { name }, { hint });
}

function profileOf(file: string, name: string, given: Record<string, unknown>): NamedProfile {
  const section: Section = {};
  for (const [key, value] of Object.entries(given)) {
    const known = KEYS.find((one) => one === key);
    if (!known) throw wrong(file, `[${name}] unknown key '${key}'; known: ${KEYS.join(', ')}`);
    section[known] = String(value).trim();
  }
  const { namesrvAddr, output, timeoutMs, accessKey, secretKey, securityToken } = section;
  const defaults = defaultsOf({ namesrvAddr, output, timeoutMs }, (problem) =>
    wrong(file, `[${name}] ${problem}`),
  );
  const profile: NamedProfile = { ...defaults };
  if ((accessKey === undefined) !== (secretKey === undefined)) {
    throw wrong(file, `[${name}] needs both accessKey and secretKey, or neither`);
  }
  if (accessKey !== undefined && secretKey !== undefined) {
    profile.account = { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };
  }
  if (section.tls === 'true') profile.tls = tlsOf(section);
  return profile;
}

function tlsOf({ tlsCaFile, tlsCertFile, tlsKeyFile }: Section): TlsChoice {
  return {
    ...(tlsCaFile === undefined ? {} : { caFile: tlsCaFile }),
    ...(tlsCertFile === undefined ? {} : { certFile: tlsCertFile }),
    ...(tlsKeyFile === undefined ? {} : { keyFile: tlsKeyFile }),
  };
}

function sectionOf({ account, tls, ...defaults }: NamedProfile): Section {
  const all: Record<string, string | undefined> = {
    namesrvAddr: defaults.namesrvAddr,
    output: defaults.output,
    timeoutMs: defaults.timeoutMs?.toString(),
    ...account,
    ...(tls && {
      tls: 'true',
      tlsCaFile: tls.caFile,
      tlsCertFile: tls.certFile,
      tlsKeyFile: tls.keyFile,
    }),
  };
  return all;
}

/** What ini would read as something else is quoted. */
const written = (value: string): string =>
  /^[\w@%+/][\w@%+:,.;/ -]*$/.test(value) && value.trim() === value ? value : JSON.stringify(value);

const wrong = (file: string, problem: string): MqError =>
  new MqError('CONFIG_INVALID', { problems: `${file}: ${problem}` });
