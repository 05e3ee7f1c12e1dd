// Users and what they may do (AuthenticationMetadataManager, AuthorizationMetadataManager), in
// config/users.json and config/acls.json, where RocketMQ has them in RocksDB.

import { lifecycle, type Part } from '../../../base/lifecycle.js';
import { refuse } from '../../../base/errors.js';
import type { AclEntry, AclInfo, AclPolicy, UserInfo } from '../../../protocol/bodies/auth.js';
import { objectOf } from '../../../protocol/bodies/json.js';
import { type Json, type JsonObject, stringTable } from '../../../protocol/fastjson.js';
import { addressBytes } from '../../../protocol/host.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { type ConfigFile, configFile, type ConfigFileOptions } from '../metadata/config-file.js';

export type AccessRulesOptions = Pick<ConfigFileOptions, 'files' | 'clock' | 'log'> & {
  storePathRootDir: string;
  /** Accounts that are there from the first start on. */
  firstUsers?: readonly UserInfo[];
  /** Takes over the accounts of an older version; runs at every start. */
  takeOver?: ((rules: AccessRules) => Promise<void>) | undefined;
};

const USER_TYPES = ['Super', 'Normal'];
const USER_STATES = ['enable', 'disable'];
const POLICY_TYPES = ['Custom', 'Default'];
const DECISIONS = ['Allow', 'Deny'];
const RESOURCE_TYPES = ['Unknown', 'Any', 'Cluster', 'Namespace', 'Topic', 'Group'];
const ACTIONS = [
  'Unknown',
  'All',
  'Any',
  'Pub',
  'Sub',
  'Create',
  'Update',
  'Delete',
  'Get',
  'List',
];

const fail = (remark: string): never => {
  throw refuse(ResponseCode.NO_PERMISSION, remark);
};

/** The name as RocketMQ spells it, whatever the letter case. */
const named = (names: readonly string[], text: string | undefined): string | undefined =>
  names.find((name) => name.toLowerCase() === text?.toLowerCase());

export class AccessRules implements Part {
  private users = new Map<string, UserInfo>();
  private acls = new Map<string, AclInfo>();
  private readonly userFile: ConfigFile;
  private readonly aclFile: ConfigFile;
  private readonly both: Part;

  constructor(private readonly options: AccessRulesOptions) {
    const { storePathRootDir: root, files, clock, log } = options;
    const common = { root, files, clock, log, periodMs: 0, onlyOnChange: true };
    this.userFile = configFile({
      ...common,
      name: 'users.json',
      state: () => ({ users: this.users }),
      load: ({ users }) => void (this.users = tableOf<UserInfo>(users)),
    });
    this.aclFile = configFile({
      ...common,
      name: 'acls.json',
      state: () => ({ acls: this.acls }),
      load: ({ acls }) => void (this.acls = tableOf<AclInfo>(acls)),
    });
    this.both = lifecycle([this.userFile, this.aclFile]);
  }

  async start(): Promise<void> {
    await this.both.start();
    const { firstUsers = [], takeOver } = this.options;
    for (const user of firstUsers) {
      if (!this.users.has(user.username)) this.createUser(user);
    }
    await takeOver?.(this);
  }

  stop(): Promise<void> {
    return this.both.stop();
  }

  user(name: string): UserInfo | undefined {
    return this.users.get(name);
  }

  /** Users whose names hold `filter`, by name. */
  listUsers(filter = ''): UserInfo[] {
    return byKey(this.users).filter(({ username }) => username.includes(filter));
  }

  createUser(wish: UserInfo): void {
    const { username, password } = wish;
    if (!password?.trim()) fail('password can not be blank');
    if (this.users.has(username)) fail('The user is existed');
    const userType = named(USER_TYPES, wish.userType) ?? 'Normal';
    const userStatus = named(USER_STATES, wish.userStatus) ?? 'enable';
    this.putUser({ username, password, userType, userStatus });
  }

  updateUser(wish: UserInfo): void {
    const known = this.users.get(wish.username) ?? fail('The user is not exist');
    const password = wish.password?.trim() ? wish.password : known.password;
    const userType = named(USER_TYPES, wish.userType) ?? known.userType;
    const userStatus = named(USER_STATES, wish.userStatus) ?? known.userStatus;
    this.putUser({ ...known, password, userType, userStatus });
  }

  deleteUser(name: string): void {
    if (this.users.delete(name)) this.userFile.persist();
    if (this.acls.delete(`User:${name}`)) this.aclFile.persist();
  }

  /** Rules of a subject (`User:name`); refused when there is no such user. */
  acl(subject: string): AclInfo | undefined {
    if (!this.subjectExists(subject)) fail('The subject is not exist.');
    return this.acls.get(subject);
  }

  /** Rules of a user, if there are any. */
  rulesOf(username: string): AclInfo | undefined {
    return this.acls.get(`User:${username}`);
  }

  listAcls(subjectFilter = '', resourceFilter = ''): AclInfo[] {
    const found: AclInfo[] = [];
    for (const acl of byKey(this.acls)) {
      if (!acl.subject.includes(subjectFilter)) continue;
      const all = acl.subject.includes(resourceFilter);
      const policies = acl.policies
        .map((policy) => ({
          ...policy,
          entries: policy.entries.filter((row) => all || row.resource.includes(resourceFilter)),
        }))
        .filter(({ entries }) => entries.length > 0);
      if (policies.length > 0) found.push({ ...acl, policies });
    }
    return found;
  }

  /** Adds rules to those of the subject; one for the same resource takes the place of the old. */
  putAcl(wish: AclInfo): void {
    const policies = wish.policies.map(checkedPolicy);
    if (!this.subjectExists(wish.subject)) fail(`The subject of ${wish.subject} is not exist.`);
    const merged = [...(this.acls.get(wish.subject)?.policies ?? [])];
    for (const policy of policies) {
      const at = merged.findIndex(({ policyType }) => policyType === policy.policyType);
      if (at < 0) merged.push(policy);
      else merged[at] = { ...policy, entries: mergedEntries(merged[at]!.entries, policy.entries) };
    }
    this.acls.set(wish.subject, { subject: wish.subject, policies: merged });
    this.aclFile.persist();
  }

  /** Takes the rules of one resource away, or all rules of the subject. */
  deleteAcl(subject: string, policyType: string | undefined, resource: string | undefined): void {
    if (!this.subjectExists(subject)) fail('The subject is not exist.');
    const acl = this.acls.get(subject) ?? fail('The acl is not exist.');
    const type = named(POLICY_TYPES, policyType) ?? 'Custom';
    const key = resource?.trim() ? resourceKey(resource) : undefined;
    const policies =
      key === undefined ? [] : acl.policies.map((policy) => without(policy, type, key));
    const left = policies.filter(({ entries }) => entries.length > 0);
    if (left.length > 0) this.acls.set(subject, { ...acl, policies: left });
    else this.acls.delete(subject);
    this.aclFile.persist();
  }

  private subjectExists(subject: string): boolean {
    const [type, ...name] = subject.split(':');
    if (type?.toLowerCase() !== 'user') fail('The subject type is null.');
    return this.users.has(name.join(':'));
  }

  private putUser(user: UserInfo): void {
    this.users.set(user.username, user);
    this.userFile.persist();
  }
}

const tableOf = <T extends JsonObject>(value: Json | undefined): Map<string, T> =>
  new Map([...stringTable<Json>(value)].map(([key, item]) => [key, objectOf(item) as T]));

function byKey<T>(table: ReadonlyMap<string, T>): T[] {
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

function without(policy: AclPolicy, policyType: string, resource: string): AclPolicy {
  if (policy.policyType !== policyType) return policy;
  return { ...policy, entries: policy.entries.filter((entry) => entry.resource !== resource) };
}

function mergedEntries(before: readonly AclEntry[], changes: readonly AclEntry[]): AclEntry[] {
  const table = new Map(before.map((entry) => [entry.resource, entry]));
  for (const entry of changes) table.set(entry.resource, entry);
  return [...table.values()];
}

/** A policy in RocketMQ's spelling; refused with its remarks when something is wrong. */
function checkedPolicy(policy: AclPolicy): AclPolicy {
  if (policy.entries.length === 0) fail('The policy entries is empty.');
  const policyType = named(POLICY_TYPES, policy.policyType) ?? 'Custom';
  return { policyType, entries: policy.entries.map(checkedEntry) };
}

function checkedEntry(entry: AclEntry): AclEntry {
  const resource = resourceKey(entry.resource) ?? fail('The resource is null.');
  const actions = entry.actions
    .map((action) => named(ACTIONS, action))
    .filter((action) => action !== undefined);
  if (actions.length === 0) fail('The actions is empty.');
  if (actions.includes('Any')) fail('The actions can not be Any.');
  for (const ip of entry.sourceIps) {
    if (ip.trim() === '') fail('The source ip is empty.');
    if (!isAddressOrRange(ip)) fail('The source ip is invalid.');
  }
  const decision = named(DECISIONS, entry.decision) ?? fail('The decision is null or illegal.');
  return { resource, actions, sourceIps: entry.sourceIps, decision };
}

/** `Topic:T`, `Group:G*`, `Cluster:*` or `*`; undefined for another type. */
function resourceKey(text: string): string | undefined {
  if (text === '*') return text;
  const colon = text.indexOf(':');
  const type = named(RESOURCE_TYPES, colon < 0 ? text : text.slice(0, colon));
  if (type === undefined) return undefined;
  return type === 'Any' ? '*' : `${type}:${colon < 0 ? '' : text.slice(colon + 1)}`;
}

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  if (!bytes || rest.length > 0) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= bytes.length * 8);
}
