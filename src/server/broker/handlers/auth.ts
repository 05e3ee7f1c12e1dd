// Users and access rules, as mqadmin keeps them. Whether they are asked for is a matter of
// authenticationEnabled and authorizationEnabled.

import { refuse } from '../../../base/errors.js';
import {
  type AclInfo,
  decodeAcl,
  decodeUser,
  encodeUser,
  type UserInfo,
} from '../../../protocol/bodies/auth.js';
import { encodeBody } from '../../../protocol/bodies/json.js';
import type { JsonObject } from '../../../protocol/fastjson.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers } from '../../../remoting/handler.js';
import type { AccessRules } from '../auth/access-rules.js';

export interface AuthHandlersParts {
  accessRules: AccessRules;
}

const { INVALID_PARAMETER, SYSTEM_ERROR } = ResponseCode;

export function authHandlers({ accessRules }: AuthHandlersParts): Handlers {
  return { ...userHandlers(accessRules), ...aclHandlers(accessRules) };
}

function userHandlers(rules: AccessRules): Handlers {
  return {
    AUTH_CREATE_USER: ({ username }, call) => {
      const user = userOf(username, call);
      if (isSuper(user)) onlyBySuper(rules, call, 'create');
      rules.createUser(user);
      return {};
    },
    AUTH_UPDATE_USER: ({ username }, call) => {
      const user = userOf(username, call);
      if (isSuper(user) || isSuper(rules.user(user.username))) onlyBySuper(rules, call, 'update');
      rules.updateUser(user);
      return {};
    },
    AUTH_DELETE_USER: ({ username = '' }, call) => {
      const user = rules.user(username);
      if (isSuper(user)) onlyBySuper(rules, call, 'update');
      if (user) rules.deleteUser(username);
      return {};
    },
    AUTH_GET_USER: ({ username }) => {
      const user = rules.user(nameOf(username));
      return user ? { body: encodeUser(user) } : {};
    },
    AUTH_LIST_USER: ({ filter }) => {
      const users = rules.listUsers(filter?.trim());
      return users.length > 0 ? { body: encodeBody(users) } : {};
    },
  };
}

function aclHandlers(rules: AccessRules): Handlers {
  return {
    AUTH_CREATE_ACL: ({ subject }, call) => {
      rules.putAcl(aclOf(subject, call));
      return {};
    },
    AUTH_UPDATE_ACL: ({ subject }, call) => {
      rules.putAcl(aclOf(subject, call));
      return {};
    },
    AUTH_DELETE_ACL: ({ subject = '', policyType, resource }) => {
      rules.deleteAcl(subject, policyType, resource);
      return {};
    },
    AUTH_GET_ACL: ({ subject = '' }) => {
      const acl = rules.acl(subject);
      return acl ? { body: encodeBody(shownAcl(acl)) } : {};
    },
    AUTH_LIST_ACL: ({ subjectFilter, resourceFilter }) => {
      const acls = rules.listAcls(subjectFilter?.trim(), resourceFilter?.trim());
      return acls.length > 0 ? { body: encodeBody(acls.map(shownAcl)) } : {};
    },
  };
}

function nameOf(username: string | undefined): string {
  if (username?.trim()) return username;
  throw refuse(INVALID_PARAMETER, 'The username is blank');
}

function userOf(username: string | undefined, call: Call): UserInfo {
  const name = nameOf(username);
  return { ...decodeUser(call.body), username: name };
}

const isSuper = (user: UserInfo | undefined): boolean => user?.userType?.toLowerCase() === 'super';

/** A request that is signed must be a super user's; without a signature nobody is asked. */
function onlyBySuper(rules: AccessRules, call: Call, doing: string): void {
  const accessKey = call.frame.ext?.AccessKey;
  if (!accessKey || isSuper(rules.user(accessKey))) return;
  throw refuse(SYSTEM_ERROR, `The super user can only be ${doing} by super user`);
}

function aclOf(subject: string | undefined, call: Call): AclInfo {
  const acl = decodeAcl(call.body);
  if (!acl || acl.policies.length === 0) throw refuse(SYSTEM_ERROR, 'The body of acl is null');
  return { ...acl, subject: acl.subject || (subject ?? '') };
}

/** Without source addresses there is no such field, which tools show as null. */
function shownAcl({ subject, policies }: AclInfo): JsonObject {
  const shown = policies.map(({ policyType, entries }) => ({
    policyType,
    entries: entries.map(({ resource, actions, sourceIps, decision }) =>
      sourceIps.length > 0
        ? { resource, actions, sourceIps, decision }
        : { resource, actions, decision },
    ),
  }));
  return { subject, policies: shown };
}
