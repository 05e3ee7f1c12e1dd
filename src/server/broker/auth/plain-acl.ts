// Accounts of RocketMQ 4 (conf/plain_acl.yml, conf/acl/*.yml), taken over once as users and rules
// (AuthMigrator, migrateAuthFromV1Enabled). Accounts that exist already stay as they are.

import { join } from 'node:path';
import type { FileSystem } from '../../../base/files.js';
import { describeError, type Logger } from '../../../base/log.js';
import type { AclEntry, AclPolicy } from '../../../protocol/bodies/auth.js';
import { RETRY_PREFIX } from '../../../protocol/flags.js';
import type { AccessRules } from './access-rules.js';

/** As the file has it; snakeyaml makes one of these of each account. */
interface PlainAccount {
  accessKey?: unknown;
  secretKey?: unknown;
  admin?: unknown;
  defaultTopicPerm?: unknown;
  defaultGroupPerm?: unknown;
  topicPerms?: unknown;
  groupPerms?: unknown;
}

export interface PlainAclParts {
  /** rocketmqHome. */
  home: string;
  files: Pick<FileSystem, 'readText' | 'readdir'>;
  rules: Pick<AccessRules, 'user' | 'createUser' | 'putAcl'>;
  log: Logger;
}

const ACTIONS: Readonly<Record<string, string[]>> = {
  PUB: ['Pub'],
  SUB: ['Sub'],
  'PUB|SUB': ['Pub', 'Sub'],
  'SUB|PUB': ['Pub', 'Sub'],
};

export async function takeOverPlainAcl({ home, files, rules, log }: PlainAclParts): Promise<void> {
  const paths = [
    ...yamlFiles(files, join(home, 'conf', 'acl')),
    join(home, 'conf', 'plain_acl.yml'),
  ];
  for (const path of paths) {
    for (const account of await accountsIn(path, files, log)) {
      try {
        if (takeOver(account, rules)) log.info(`took ${String(account.accessKey)} from ${path}`);
      } catch (error) {
        log.error(`${path}: account ${String(account.accessKey)}: ${describeError(error)}`);
      }
    }
  }
}

function* yamlFiles(files: Pick<FileSystem, 'readdir'>, folder: string): Iterable<string> {
  for (const { name, isDirectory } of files.readdir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* yamlFiles(files, path);
    else if (/\.ya?ml$/.test(name)) yield path;
  }
}

async function accountsIn(
  path: string,
  files: Pick<FileSystem, 'readText'>,
  log: Logger,
): Promise<PlainAccount[]> {
  const text = files.readText(path);
  if (text === undefined) return [];
  const { default: yaml } = await import('yaml');
  try {
    const { accounts } = (yaml.parse(text, { schema: 'failsafe' }) ?? {}) as { accounts?: unknown };
    return Array.isArray(accounts) ? (accounts as PlainAccount[]) : [];
  } catch (error) {
    log.error(`${path} cannot be read: ${describeError(error)}`);
    return [];
  }
}

/** True when the account was new. */
function takeOver(account: PlainAccount, rules: PlainAclParts['rules']): boolean {
  const username = String(account.accessKey ?? '');
  if (rules.user(username)) return false;
  const userType = String(account.admin) === 'true' ? 'Super' : 'Normal';
  rules.createUser({ username, password: String(account.secretKey ?? ''), userType });
  const policies = policiesOf(account);
  if (policies.length > 0) rules.putAcl({ subject: `User:${username}`, policies });
  return true;
}

function policiesOf(account: PlainAccount): AclPolicy[] {
  const custom = [...named('Topic', account.topicPerms), ...named('Group', account.groupPerms)];
  const fallback = [
    ...inGeneral('Topic', account.defaultTopicPerm),
    ...inGeneral('Group', account.defaultGroupPerm),
  ];
  return [
    ...(custom.length > 0 ? [{ policyType: 'Custom', entries: custom }] : []),
    ...(fallback.length > 0 ? [{ policyType: 'Default', entries: fallback }] : []),
  ];
}

/** `topicA=PUB|SUB`; what has another form is passed over, as by RocketMQ. */
function named(type: 'Topic' | 'Group', permissions: unknown): AclEntry[] {
  if (!Array.isArray(permissions)) return [];
  return permissions.flatMap((line) => {
    const [name = '', permission, ...rest] = String(line).split('=');
    if (permission === undefined || rest.length > 0) return [];
    const plain = name.trim();
    const group = plain.startsWith(RETRY_PREFIX) ? plain.slice(RETRY_PREFIX.length) : plain;
    return [entry(`${type}:${type === 'Group' ? group : plain}`, permission.trim())];
  });
}

const inGeneral = (type: string, permission: unknown): AclEntry[] =>
  typeof permission === 'string' && permission.trim() !== ''
    ? [entry(`${type}:*`, permission.trim())]
    : [];

const entry = (resource: string, permission: string): AclEntry => ({
  resource,
  actions: ACTIONS[permission] ?? ['All'],
  sourceIps: [],
  decision: permission === 'DENY' ? 'Deny' : 'Allow',
});
