// AuthConfig: who may do what on a broker.

import { bool, int, nullable, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const AUTH_CONFIG = {
  configName: text('', 'Not set in a file: the broker\'s name', { nullable }),
  clusterName: text('', 'Not set in a file: the cluster\'s name', { nullable }),
  authConfigPath: text('', 'Not set in a file: the folder of users and permissions', { nullable }),
  authenticationEnabled: bool(false, 'Ask clients who they are',
    { promise: 'everybody may connect' }),
  authenticationProvider: text('', 'Java class that knows clients', { nullable }),
  authenticationMetadataProvider: text('', 'Java class that keeps users', { nullable }),
  authenticationStrategy: text('', 'Java class that decides when to check', { nullable }),
  authenticationWhitelist: text('', 'Request codes that need no account, separated by commas',
    { nullable }),
  initAuthenticationUser: text('', 'First user, as JSON with username and password', { nullable }),
  innerClientAuthenticationCredentials: text('', 'Account of the broker\'s own requests, as JSON',
    { nullable }),
  authorizationEnabled: bool(false, 'Check what clients may do',
    { promise: 'everybody may do everything' }),
  authorizationProvider: text('', 'Java class that checks permissions', { nullable }),
  authorizationMetadataProvider: text('', 'Java class that keeps permissions', { nullable }),
  authorizationStrategy: text('', 'Java class that decides when to check', { nullable }),
  authorizationWhitelist: text('', 'Request codes that need no permission, separated by commas',
    { nullable }),
  migrateAuthFromV1Enabled: bool(false, 'Take accounts over from plain_acl.yml'),
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
