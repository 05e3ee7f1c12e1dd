// TLS settings: RocketMQ's system properties (`-Dtls.…` in JAVA_OPT) and its tls.properties file,
// which wins over them (TlsSystemConfig, TlsHelper).

import { MqError } from '../base/errors.js';
import type { FileSystem } from '../base/files.js';
import { type Environment, javaOptions } from './java-options.js';
import { parseProperties } from './properties.js';

export type TlsMode = 'disabled' | 'permissive' | 'enforcing';

/** Paths of PEM files; empty when not set. */
export interface TlsKeys {
  keyPath: string;
  keyPassword: string;
  certPath: string;
  trustCertPath: string;
  /** Whether the peer's certificate is checked. */
  checkPeer: boolean;
}

export interface TlsSettings {
  /** What servers accept: plain connections only, both, or TLS only. */
  mode: TlsMode;
  /** Servers make a certificate of their own, clients trust every server. */
  testMode: boolean;
  /** Clients connect with TLS. */
  clientEnabled: boolean;
  /** Whether clients are asked for a certificate, and refused without. */
  clientAuth: 'none' | 'optional' | 'require';
  server: TlsKeys;
  client: TlsKeys;
}

const DEFAULT_FILE = '/etc/rocketmq/tls.properties';

export interface TlsSources {
  env: Environment;
  files: Pick<FileSystem, 'readText'>;
}

export function loadTls({ env, files }: TlsSources): TlsSettings {
  const values = new Map([...javaOptions(env)].filter(([key]) => key.startsWith('tls.')));
  // Not the file's to say: which file it is, and what is needed before it is read.
  const mode = modeOf(values.get('tls.server.mode') ?? 'permissive');
  const enabled = values.get('tls.enable') ?? String(mode === 'enforcing');
  const text = files.readText(values.get('tls.config.file') ?? DEFAULT_FILE);
  for (const { key, value } of parseProperties(text ?? '').entries) values.set(key, value.trim());
  const flag = (key: string, fallback: boolean): boolean =>
    (values.get(key) ?? String(fallback)).toLowerCase() === 'true';
  const keys = (side: 'server' | 'client', check: string): TlsKeys => ({
    keyPath: values.get(`tls.${side}.keyPath`) ?? '',
    keyPassword: values.get(`tls.${side}.keyPassword`) ?? '',
    certPath: values.get(`tls.${side}.certPath`) ?? '',
    trustCertPath: values.get(`tls.${side}.trustCertPath`) ?? '',
    checkPeer: flag(`tls.${side}.${check}`, false),
  });
  return {
    mode,
    testMode: flag('tls.test.mode.enable', true),
    clientEnabled: enabled.toLowerCase() === 'true',
    clientAuth: clientAuthOf(values.get('tls.server.need.client.auth') ?? 'none'),
    server: keys('server', 'authClient'),
    client: keys('client', 'authServer'),
  };
}

/** What holds where nothing is set, as in RocketMQ: both kinds of connections are taken. */
export const DEFAULT_TLS: TlsSettings = loadTls({ env: {}, files: { readText: () => undefined } });

function modeOf(text: string): TlsMode {
  const modes: readonly string[] = ['disabled', 'permissive', 'enforcing'];
  if (modes.includes(text)) return text as TlsMode;
  const problems = `tls.server.mode = ${text} is not allowed: ${modes.join(', ')}`;
  throw new MqError('CONFIG_INVALID', { problems });
}

function clientAuthOf(text: string): TlsSettings['clientAuth'] {
  const lower = text.toLowerCase();
  return lower === 'optional' || lower === 'require' ? lower : 'none';
}
