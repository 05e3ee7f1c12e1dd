// The listings of users and access rules.

import type { getAcl, getUser } from '../../client/admin/auth.js';
import { format } from '../output/format.js';
import type { Table } from '../output/output.js';

export type User = NonNullable<Awaited<ReturnType<typeof getUser>>>;
export type Acl = NonNullable<Awaited<ReturnType<typeof getAcl>>>;

const USER_HEAD = ['#UserName', '#Password', '#UserType', '#UserStatus'];
const USER_ROW = '%-16s  %-22s  %-22s  %-22s%n';
const ACL_HEAD = ['#Subject', '#PolicyType', '#Resource', '#Actions', '#SourceIp', '#Decision'];
const ACL_ROW = '%-16s  %-10s  %-22s  %-20s  %-24s  %-10s%n';

const userCells = ({ username, password, userType, userStatus }: User): string[] =>
  [username, password, userType, userStatus].map((value) => value ?? 'null');

/** A line per rule of a subject; one without rules has a line of its own. */
function aclRows({ subject, policies }: Acl): string[][] {
  if (policies.length === 0) return [[subject, '', '', '', '', '']];
  return policies.flatMap(({ policyType, entries }) =>
    entries.map(({ resource, actions, sourceIps, decision }) => [
      subject,
      policyType,
      resource,
      `[${actions.join(', ')}]`,
      sourceIps.length === 0 ? 'null' : `[${sourceIps.join(', ')}]`,
      decision,
    ]),
  );
}

/** '' when there are none, as in RocketMQ. */
export const usersText = (users: readonly User[]): string =>
  listing(USER_ROW, USER_HEAD, users.map(userCells));

export const aclsText = (acls: readonly Acl[]): string =>
  listing(ACL_ROW, ACL_HEAD, acls.flatMap(aclRows));

export const usersTable = (users: readonly User[]): Table => ({
  head: USER_HEAD,
  rows: users.map(userCells),
});

export const aclsTable = (acls: readonly Acl[]): Table => ({
  head: ACL_HEAD,
  rows: acls.flatMap(aclRows),
});

function listing(row: string, head: string[], rows: string[][]): string {
  if (rows.length === 0) return '';
  return [head, ...rows].map((cells) => format(row, ...cells)).join('');
}

/** `a,b` as a list. */
export const names = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
