// Signed requests, for brokers that check who asks (AclClientRPCHook): an HMAC-SHA1 over the values
// of all fields in the order of their names, and the body.

import { createHmac } from 'node:crypto';
import type { ExtFields } from '../protocol/fields.js';

export interface Credentials {
  accessKey: string;
  secretKey: string;
  /** Of temporary credentials. */
  securityToken?: string;
}

/** For the `sign` option of sessions and clients. */
export function signWith({ accessKey, secretKey, securityToken }: Credentials) {
  return (ext: ExtFields, body: Buffer | undefined): ExtFields => {
    const fields: ExtFields = { ...ext, AccessKey: accessKey };
    if (securityToken !== undefined) fields.SecurityToken = securityToken;
    const hmac = createHmac('sha1', secretKey);
    // As a TreeMap orders them: by UTF-16 unit.
    for (const name of Object.keys(fields).sort()) hmac.update(fields[name]!);
    if (body) hmac.update(body);
    return { ...fields, Signature: hmac.digest('base64') };
  };
}
