// Requests about users and ACL policies.

import { requests } from './row.js';

export const authRequests = requests({
  AUTH_CREATE_USER: { code: 3001, body: 'UserInfo', request: { username: 'str?' } },
  AUTH_UPDATE_USER: { code: 3002, body: 'UserInfo', request: { username: 'str?' } },
  AUTH_DELETE_USER: { code: 3003, request: { username: 'str?' } },
  AUTH_GET_USER: { code: 3004, replyBody: 'UserInfo', request: { username: 'str?' } },
  AUTH_LIST_USER: { code: 3005, replyBody: 'list of UserInfo', request: { filter: 'str?' } },
  AUTH_CREATE_ACL: { code: 3006, body: 'AclInfo', request: { subject: 'str?' } },
  AUTH_UPDATE_ACL: { code: 3007, body: 'AclInfo', request: { subject: 'str?' } },
  AUTH_DELETE_ACL: {
    code: 3008,
    request: { subject: 'str?', policyType: 'str?', resource: 'str?' },
  },
  AUTH_GET_ACL: { code: 3009, replyBody: 'AclInfo', request: { subject: 'str?' } },
  AUTH_LIST_ACL: {
    code: 3010,
    replyBody: 'list of AclInfo',
    request: { subjectFilter: 'str?', resourceFilter: 'str?' },
  },
});
