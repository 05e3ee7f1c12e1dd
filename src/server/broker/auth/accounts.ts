// The accounts that a configuration names: the first user, and the one of the servers themselves.

import type { AuthConfig } from '../../../config/auth-config.js';
import type { UserInfo } from '../../../protocol/bodies/auth.js';
import type { Credentials } from '../../../protocol/sign.js';

/** Both are super users, made at the first start. */
export function firstUsers(config: AuthConfig): UserInfo[] {
  const users: UserInfo[] = [];
  if (config.initAuthenticationUser) {
    const { username, password } = JSON.parse(config.initAuthenticationUser) as UserInfo;
    users.push({ username, ...(password !== undefined && { password }), userType: 'Super' });
  }
  const inner = innerAccount(config);
  if (inner) {
    users.push({ username: inner.accessKey, password: inner.secretKey, userType: 'Super' });
  }
  return users;
}

/** With it a broker signs its own requests: to its master, and to other brokers. */
export function innerAccount(config: AuthConfig): Credentials | undefined {
  const text = config.innerClientAuthenticationCredentials;
  return text ? (JSON.parse(text) as Credentials) : undefined;
}
