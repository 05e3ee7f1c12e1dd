// AuthConfig: who may do what on a broker.

import { bool, int, nullable, text } from './rows.js';
import type { ConfigOf, Table } from './rows.js';

// prettier-ignore
export const AUTH_CONFIG = {
  configName: text('', '', { nullable }),
  clusterName: text('', '', { nullable }),
  authConfigPath: text('', '', { nullable }),
  authenticationEnabled: bool(false, ''),
  authenticationProvider: text('', '', { nullable }),
  authenticationMetadataProvider: text('', '', { nullable }),
  authenticationStrategy: text('', '', { nullable }),
  authenticationWhitelist: text('', '', { nullable }),
  initAuthenticationUser: text('', '', { nullable }),
  innerClientAuthenticationCredentials: text('', '', { nullable }),
  authorizationEnabled: bool(false, ''),
  authorizationProvider: text('', '', { nullable }),
  authorizationMetadataProvider: text('', '', { nullable }),
  authorizationStrategy: text('', '', { nullable }),
  authorizationWhitelist: text('', '', { nullable }),
  migrateAuthFromV1Enabled: bool(false, ''),
  userCacheMaxNum: int(1000, ''),
  userCacheExpiredSecond: int(600, ''),
  userCacheRefreshSecond: int(60, ''),
  aclCacheMaxNum: int(1000, ''),
  aclCacheExpiredSecond: int(600, ''),
  aclCacheRefreshSecond: int(60, ''),
  statefulAuthenticationCacheMaxNum: int(10000, ''),
  statefulAuthenticationCacheExpiredSecond: int(60, ''),
  statefulAuthorizationCacheMaxNum: int(10000, ''),
  statefulAuthorizationCacheExpiredSecond: int(60, ''),
} satisfies Table;

export type AuthConfig = ConfigOf<typeof AUTH_CONFIG>;
