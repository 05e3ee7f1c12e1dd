// Which cluster the shell talks to, in the form that its commands take it: their environment.

import { parseNamesrvAddrs } from '../../client/session.js';
import { type Access, accessOf } from '../access/access.js';
import { checkAddress } from '../command/context.js';
import type { Io } from '../process/io.js';
import { loadProfile } from '../access/profiles.js';

export class Target {
  private profile: string | undefined;

  constructor(
    private readonly io: Io,
    private access: Access,
  ) {}

  /** A profile's name, or name servers. */
  async use(name: string): Promise<void> {
    if (name.includes(':')) {
      for (const address of parseNamesrvAddrs(name)) checkAddress(address);
      this.access = accessOf(this.io, {}, { namesrvAddr: name });
      this.profile = undefined;
      return;
    }
    this.access = accessOf(this.io, await loadProfile(this.io, name), {});
    this.profile = name;
  }

  /** What the prompt says. */
  get label(): string {
    return this.profile ?? (this.access.namesrvAddr || '(no name server)');
  }

  describe(): string {
    const { namesrvAddr, account } = this.access;
    const parts = [namesrvAddr || 'no name server: use <host:port>'];
    if (this.profile !== undefined) parts.unshift(`profile ${this.profile}:`);
    if (account) parts.push(`as ${account.accessKey}`);
    return parts.join(' ');
  }

  get env(): Io['env'] {
    const { namesrvAddr, account } = this.access;
    return {
      ...this.io.env,
      ...(this.profile === undefined ? {} : { POCKETMQ_PROFILE: this.profile }),
      NAMESRV_ADDR: namesrvAddr,
      ...(account && {
        POCKETMQ_ACCESS_KEY: account.accessKey,
        POCKETMQ_SECRET_KEY: account.secretKey,
        POCKETMQ_SECURITY_TOKEN: account.securityToken,
      }),
      ...tlsEnv(this.access),
    };
  }
}

/** As for RocketMQ's tools. */
function tlsEnv({ tls }: Access): Record<string, string> {
  if (!tls.clientEnabled) return {};
  const { client, testMode } = tls;
  const options = {
    'tls.enable': true,
    'tls.test.mode.enable': testMode,
    'tls.client.trustCertPath': client.trustCertPath,
    'tls.client.certPath': client.certPath,
    'tls.client.keyPath': client.keyPath,
    'tls.client.keyPassword': client.keyPassword,
    'tls.client.authServer': client.checkPeer,
  };
  const words = Object.entries(options).filter(([, value]) => value !== '');
  return { JAVA_OPT_EXT: words.map(([key, value]) => `-D${key}=${String(value)}`).join(' ') };
}
