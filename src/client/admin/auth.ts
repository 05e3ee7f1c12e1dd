// Users and access rules of brokers (createUser … copyAcl).

import {
  type AclInfo,
  type AclPolicy,
  decodeAcl,
  decodeAcls,
  decodeUser,
  decodeUsers,
  encodeAcl,
  encodeUser,
  type UserInfo,
} from '../../protocol/bodies/auth.js';
import { tellEach } from '../each.js';
import type { Session } from '../session.js';
import { addressesOf, type Where } from '../targets.js';

type UserRequest = 'AUTH_CREATE_USER' | 'AUTH_UPDATE_USER';
type AclRequest = 'AUTH_CREATE_ACL' | 'AUTH_UPDATE_ACL';

/** createUser, updateUser: on one broker, or on the masters of a cluster. */
export async function putUser(
  session: Session,
  where: Where,
  request: UserRequest,
  user: UserInfo,
): Promise<string[]> {
  const addresses = await addressesOf(session, where, { slaves: true });
  const body = encodeUser(user);
  return tellEach(session, addresses, (address) =>
    session.request(address, request, { username: user.username }, { body }),
  );
}

/** deleteUser. */
export async function deleteUser(
  session: Session,
  where: Where,
  username: string,
): Promise<string[]> {
  const addresses = await addressesOf(session, where, { slaves: true });
  return tellEach(session, addresses, (address) =>
    session.request(address, 'AUTH_DELETE_USER', { username }),
  );
}

/** getUser: undefined where there is none. */
export async function getUser(
  session: Session,
  brokerAddr: string,
  username: string,
): Promise<UserInfo | undefined> {
  return decodeUser((await session.request(brokerAddr, 'AUTH_GET_USER', { username })).body);
}

/** listUser: those whose name holds `filter`. */
export async function listUsers(
  session: Session,
  brokerAddr: string,
  filter = '',
): Promise<UserInfo[]> {
  return decodeUsers((await session.request(brokerAddr, 'AUTH_LIST_USER', { filter })).body);
}

/** What copying did with one user or subject. */
export interface Copied {
  name: string;
  /** False where the source has none of that name. */
  found: boolean;
}

/** copyUser: the named users, or all, from one broker to another. */
export async function copyUsers(
  session: Session,
  { from, to, names }: { from: string; to: string; names?: readonly string[] | undefined },
): Promise<Copied[]> {
  const wanted = names ?? (await listUsers(session, from)).map((user) => user.username);
  const copied: Copied[] = [];
  for (const name of wanted) {
    const user = await getUser(session, from, name);
    copied.push({ name, found: user !== undefined });
    if (!user) continue;
    const exists = (await getUser(session, to, name)) !== undefined;
    const request = exists ? 'AUTH_UPDATE_USER' : 'AUTH_CREATE_USER';
    await putUser(session, { brokerAddr: to }, request, user);
  }
  return copied;
}

/** The rules that the commands' options describe: each resource with the same actions. */
export function aclOf(args: {
  subject: string;
  resources: readonly string[];
  actions: readonly string[];
  sourceIps: readonly string[];
  decision: string;
}): AclInfo {
  const { subject, resources, actions, sourceIps, decision } = args;
  const entries = resources.map((resource) => ({
    resource,
    actions: [...actions],
    sourceIps: [...sourceIps],
    decision,
  }));
  const policy: AclPolicy = { policyType: 'Custom', entries };
  return { subject, policies: [policy] };
}

/** createAcl, updateAcl: on one broker, or on the masters of a cluster. */
export async function putAcl(
  session: Session,
  where: Where,
  request: AclRequest,
  acl: AclInfo,
): Promise<string[]> {
  const addresses = await addressesOf(session, where, { slaves: true });
  const body = encodeAcl(acl);
  return tellEach(session, addresses, (address) =>
    session.request(address, request, { subject: acl.subject }, { body }),
  );
}

/** deleteAcl: the rule of one resource, or all rules of the subject. */
export async function deleteAcl(
  session: Session,
  where: Where,
  { subject, resource }: { subject: string; resource?: string | undefined },
): Promise<string[]> {
  const addresses = await addressesOf(session, where, { slaves: true });
  const header = { subject, ...(resource === undefined ? {} : { resource }) };
  return tellEach(session, addresses, (address) =>
    session.request(address, 'AUTH_DELETE_ACL', header),
  );
}

/** getAcl: undefined where the subject has no rules. */
export async function getAcl(
  session: Session,
  brokerAddr: string,
  subject: string,
): Promise<AclInfo | undefined> {
  return decodeAcl((await session.request(brokerAddr, 'AUTH_GET_ACL', { subject })).body);
}

/** listAcl: subjects and resources that hold these texts. */
export async function listAcls(
  session: Session,
  brokerAddr: string,
  filter: { subject?: string | undefined; resource?: string | undefined } = {},
): Promise<AclInfo[]> {
  const header = { subjectFilter: filter.subject ?? '', resourceFilter: filter.resource ?? '' };
  return decodeAcls((await session.request(brokerAddr, 'AUTH_LIST_ACL', header)).body);
}

/** copyAcl: the rules of the named subjects, or of all, from one broker to another. */
export async function copyAcls(
  session: Session,
  { from, to, names }: { from: string; to: string; names?: readonly string[] | undefined },
): Promise<Copied[]> {
  const wanted = names ?? (await listAcls(session, from)).map((acl) => acl.subject);
  const copied: Copied[] = [];
  for (const name of wanted) {
    const acl = await getAcl(session, from, name);
    copied.push({ name, found: acl !== undefined });
    if (!acl) continue;
    const exists = (await getAcl(session, to, name)) !== undefined;
    const request = exists ? 'AUTH_UPDATE_ACL' : 'AUTH_CREATE_ACL';
    await putAcl(session, { brokerAddr: to }, request, acl);
  }
  return copied;
}
