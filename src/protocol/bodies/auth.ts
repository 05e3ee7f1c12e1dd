// JSON bodies about users and access rules (UserInfo, AclInfo).

import { MqError } from '../../base/errors.js';
import { type Json, type JsonObject, parseJson } from '../fastjson.js';
import { decodeBody, encodeBody, objectOf, objectsOf, textOf, textsOf } from './json.js';

export interface UserInfo extends JsonObject {
  username: string;
  password?: string;
  /** Super or Normal. */
  userType?: string;
  /** enable or disable. */
  userStatus?: string;
}

/** What a subject may do with a resource. */
export interface AclEntry extends JsonObject {
  resource: string;
  actions: string[];
  sourceIps: string[];
  /** Allow or Deny. */
  decision: string;
}

export interface AclPolicy extends JsonObject {
  /** Custom or Default. */
  policyType: string;
  entries: AclEntry[];
}

export interface AclInfo extends JsonObject {
  subject: string;
  policies: AclPolicy[];
}

const optional = (name: string, value: Json | undefined): Record<string, string> =>
  typeof value === 'string' ? { [name]: value } : {};

function userOf(value: Json | undefined): UserInfo {
  const fields = objectOf(value);
  return {
    username: textOf(fields.username),
    ...optional('password', fields.password),
    ...optional('userType', fields.userType),
    ...optional('userStatus', fields.userStatus),
  };
}

function aclOf(value: Json | undefined): AclInfo {
  const fields = objectOf(value);
  return {
    subject: textOf(fields.subject),
    policies: objectsOf(fields.policies).map((policy) => ({
      policyType: textOf(policy.policyType),
      entries: objectsOf(policy.entries).map((entry) => ({
        resource: textOf(entry.resource),
        actions: textsOf(entry.actions),
        sourceIps: textsOf(entry.sourceIps),
        decision: textOf(entry.decision),
      })),
    })),
  };
}

/** The items of a body that is a list; an empty body is an empty list. */
function decodeList(body: Buffer, what: string): Json[] {
  if (body.length === 0) return [];
  try {
    const value = parseJson(body.toString());
    if (Array.isArray(value)) return value;
  } catch (cause) {
    const reason = `the body is not JSON: ${(cause as Error).message}`;
    throw new MqError('BAD_HEADER', { request: what, reason }, { cause });
  }
  throw new MqError('BAD_HEADER', { request: what, reason: 'the body is not a list' });
}

export function encodeUser(user: UserInfo): Buffer {
  return encodeBody(user);
}

/** Undefined for an empty body: there is no such user. */
export function decodeUser(body: Buffer): UserInfo | undefined {
  return body.length === 0 ? undefined : userOf(decodeBody(body, 'UserInfo'));
}

export function decodeUsers(body: Buffer): UserInfo[] {
  return decodeList(body, 'UserInfo').map(userOf);
}

export function encodeAcl(acl: AclInfo): Buffer {
  return encodeBody(acl);
}

/** Undefined for an empty body: the subject has no rules. */
export function decodeAcl(body: Buffer): AclInfo | undefined {
  return body.length === 0 ? undefined : aclOf(decodeBody(body, 'AclInfo'));
}

export function decodeAcls(body: Buffer): AclInfo[] {
  return decodeList(body, 'AclInfo').map(aclOf);
}
