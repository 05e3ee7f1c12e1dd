// How a command reaches a cluster, and as whom: its own options, then the environment, then the
// profile. A profile counts as a whole: where its address is not used, its account and TLS
// settings are not either, unless it was named with --profile.

import { loadTls, type TlsSettings } from '../../config/tls.js';
import { usage } from '../flags/argv.js';
import { loadCredentials } from './credentials.js';
import type { Io } from '../process/io.js';
import { option, toggle, type Values } from '../flags/options.js';
import type { Account, TlsChoice } from './profile.js';
import type { Profile } from './profiles.js';

/** Options of every command, and of `profile add`, which keeps them. */
export const ACCESS = {
  accessKey: option(undefined, 'account that signs the requests', 'access-key'),
  secretKey: option(undefined, 'secret key of that account', 'secret-key'),
  securityToken: option(undefined, 'token of a temporary account', 'security-token'),
  tls: toggle(undefined, 'connect with TLS'),
  tlsCaFile: option(undefined, 'PEM file that signed the servers’ certificates', 'tls-ca'),
  tlsCertFile: option(undefined, 'PEM file of the own certificate', 'tls-cert'),
  tlsKeyFile: option(undefined, 'PEM file of its private key', 'tls-key'),
};

export type AccessFlags = Values<typeof ACCESS>;

export interface Access {
  /** Name servers as written; empty when none is known. */
  namesrvAddr: string;
  account: Account | undefined;
  tls: TlsSettings;
}

export function accessOf(
  io: Io,
  profile: Profile,
  flags: Partial<AccessFlags> & { namesrvAddr?: string | undefined },
): Access {
  const { env } = io;
  const asked = profile.asked ? profile.namesrvAddr : undefined;
  const stronger = flags.namesrvAddr ?? (asked || env.NAMESRV_ADDR?.trim()) ?? '';
  const counts = profile.asked || stronger === '';
  const account = accountOf(flags) ?? accountIn(env) ?? (counts ? profile.account : undefined);
  return {
    namesrvAddr: stronger || profile.namesrvAddr || '',
    account: account ?? loadCredentials(io),
    tls: tlsFor(io, tlsChoiceOf(flags) ?? (counts ? profile.tls : undefined)),
  };
}

/** Throws when one key came without the other. */
export function accountOf(flags: Partial<AccessFlags>): Account | undefined {
  const { accessKey, secretKey, securityToken } = flags;
  if (accessKey === undefined && secretKey === undefined) return undefined;
  if (!accessKey || !secretKey) {
    throw usage('--access-key and --secret-key belong together', 'give both, or neither');
  }
  return { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };
}

function accountIn(env: Io['env']): Account | undefined {
  const accessKey = env.POCKETMQ_ACCESS_KEY?.trim();
  const secretKey = env.POCKETMQ_SECRET_KEY?.trim();
  const securityToken = env.POCKETMQ_SECURITY_TOKEN?.trim();
  if (!accessKey && !secretKey) return undefined;
  if (!accessKey || !secretKey) {
    throw usage('POCKETMQ_ACCESS_KEY and POCKETMQ_SECRET_KEY belong together', 'set both');
  }
  return { accessKey, secretKey, ...(securityToken ? { securityToken } : {}) };
}

export function tlsChoiceOf(flags: Partial<AccessFlags>): TlsChoice | undefined {
  const { tls, tlsCaFile, tlsCertFile, tlsKeyFile } = flags;
  if (!tls && !tlsCaFile && !tlsCertFile) return undefined;
  return {
    ...(tlsCaFile === undefined ? {} : { caFile: tlsCaFile }),
    ...(tlsCertFile === undefined ? {} : { certFile: tlsCertFile }),
    ...(tlsKeyFile === undefined ? {} : { keyFile: tlsKeyFile }),
  };
}

/** As for RocketMQ's tools (JAVA_OPT=-Dtls.enable=true) where nothing was chosen. */
function tlsFor({ env, files }: Io, choice: TlsChoice | undefined): TlsSettings {
  const settings = loadTls({ env, files });
  if (!choice) return settings;
  const { caFile = '', certFile = '', keyFile = '' } = choice;
  const client = {
    ...settings.client,
    ...(caFile === '' ? {} : { trustCertPath: caFile, checkPeer: true }),
    ...(certFile === '' ? {} : { certPath: certFile, keyPath: keyFile || certFile }),
  };
  const testMode = settings.testMode && caFile === '' && certFile === '';
  return { ...settings, clientEnabled: true, testMode, client };
}
