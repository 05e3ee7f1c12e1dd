// AuthConfig: who may do what on a broker.

import { bool, effect, fixed, int, nullable, secret, text } from './rows.js';
import type { ConfigOf, RowOptions, Table } from './rows.js';

/** A JSON object with these texts. */
const json = (...names: string[]): RowOptions => ({
  check: (value) => (isObjectOf(value, names) ? value : undefined),
  allowed: `JSON like {${names.map((name) => `"${name}":"…"`).join(',')}}`,
});

function isObjectOf(value: string, names: readonly string[]): boolean {
  try {
    const fields = JSON.parse(value) as Record<string, unknown> | null;
    return names.every((name) => typeof fields?.[name] === 'string' && fields[name] !== '');
  } catch {
    return false;
  }
}

const codes: RowOptions = {
  check: (value) => (/^[\d\s,]*$/.test(value) ? value : undefined),
  allowed: 'numbers with commas between them',
};

/** RocketMQ loads a class by this name; here only its own ones are known, which do the same. */
const known = (folder: string, ...names: string[]): RowOptions => {
  const classes = names.map((name) => `org.apache.rocketmq.auth.${folder}.${name}`);
  return {
    check: (value) => (classes.includes(value) ? value : undefined),
    allowed: `${classes.join(' or ')}, which is built in`,
  };
};

// prettier-ignore
export const AUTH_CONFIG = {
  configName: text('', 'Not set in a file: the broker\'s name', { nullable }),
  clusterName: text('', 'Not set in a file: the cluster\'s name', { nullable }),
  authConfigPath: text('', 'Not set in a file: the folder of users and permissions', { nullable }),
  authenticationEnabled: bool(false, 'Ask clients who they are', { effect, fixed }),
  authenticationProvider: text('', 'Java class that knows clients',
    { nullable, ...known('authentication.provider', 'DefaultAuthenticationProvider') }),
  authenticationMetadataProvider: text('', 'Java class that keeps users',
    { nullable, ...known('authentication.provider', 'LocalAuthenticationMetadataProvider') }),
  authenticationStrategy: text('', 'Java class that decides when to check; here always',
    { nullable, ...known('authentication.strategy', 'StatelessAuthenticationStrategy',
      'StatefulAuthenticationStrategy') }),
  authenticationWhitelist: text('', 'Request codes that need no account, separated by commas',
    { nullable, effect, fixed, ...codes }),
  initAuthenticationUser: text('', 'First user, as JSON with username and password',
    { nullable, effect, fixed, secret, ...json('username', 'password') }),
  innerClientAuthenticationCredentials: text('', 'Account of the broker\'s own requests, as JSON',
    { nullable, effect, fixed, secret, ...json('accessKey', 'secretKey') }),
  authorizationEnabled: bool(false, 'Check what clients may do', { effect, fixed }),
  authorizationProvider: text('', 'Java class that checks permissions',
    { nullable, ...known('authorization.provider', 'DefaultAuthorizationProvider') }),
  authorizationMetadataProvider: text('', 'Java class that keeps permissions',
    { nullable, ...known('authorization.provider', 'LocalAuthorizationMetadataProvider') }),
  authorizationStrategy: text('', 'Java class that decides when to check; here always',
    { nullable, ...known('authorization.strategy', 'StatelessAuthorizationStrategy',
      'StatefulAuthorizationStrategy') }),
  authorizationWhitelist: text('', 'Request codes that need no permission, separated by commas',
    { nullable, effect, fixed, ...codes }),
  migrateAuthFromV1Enabled: bool(false, 'Take accounts over from plain_acl.yml',
    { effect, fixed }),
  userCacheMaxNum: int(1000, 'Users in memory'),
  userCacheExpiredSecond: int(600, 'How long an unused user stays in memory, in s'),
  userCacheRefreshSecond: int(60, 'Age at which a user is read anew, in s'),
  aclCacheMaxNum: int(1000, 'Permissions in memory'),
  aclCacheExpiredSecond: int(600, 'How long an unused permission stays in memory, in s'),
  aclCacheRefreshSecond: int(60, 'Age at which a permission is read anew, in s'),
  statefulAuthenticationCacheMaxNum: int(10000, 'Decisions about accounts by connection in memory'),
  statefulAuthenticationCacheExpiredSecond: int(60, 'How long such a decision holds, in s'),
  statefulAuthorizationCacheMaxNum: int(10000,
    'Decisions about permissions by connection in memory'),
  statefulAuthorizationCacheExpiredSecond: int(60, 'How long such a decision holds, in s'),
} satisfies Table;

export type AuthConfig = ConfigOf<typeof AUTH_CONFIG>;
