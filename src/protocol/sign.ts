// Signed requests, for brokers that check who asks (AclClientRPCHook, AclUtils): an HMAC-SHA1 over
// the values of all fields in the order of their names, and the body.

import { createHmac } from 'node:crypto';
import type { ExtFields } from './fields.js';

export interface Credentials {
  accessKey: string;
  secretKey: string;
  /** Of temporary credentials. */
  securityToken?: string;
}

/** The signature of a request, base64; fields named in `without` are left out. */
export function signatureOf(
  fields: ExtFields,
  body: Buffer | undefined,
  secretKey: string,
  without: readonly string[] = [],
): string {
  const hmac = createHmac('sha1', secretKey);
  // As a TreeMap orders them: by UTF-16 unit.
  for (const name of Object.keys(fields).sort()) {
    if (!without.includes(name)) hmac.update(fields[name]!);
  }
  if (body) hmac.update(body);
  return hmac.digest('base64');
}

/** For the `sign` option of sessions and clients. */
export function signWith({ accessKey, secretKey, securityToken }: Credentials) {
  return (ext: ExtFields, body: Buffer | undefined): ExtFields => {
    const fields: ExtFields = { ...ext, AccessKey: accessKey };
    if (securityToken !== undefined) fields.SecurityToken = securityToken;
    return { ...fields, Signature: signatureOf(fields, body, secretKey) };
  };
}
