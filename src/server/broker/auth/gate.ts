// Who asks, and whether he may: checked before a request reaches its handler (the broker's
// AuthenticationPipeline and AuthorizationPipeline). Every request is checked, as by RocketMQ's
// Stateless strategies.

import { timingSafeEqual } from 'node:crypto';
import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import type { AuthConfig } from '../../../config/auth-config.js';
import type { UserInfo } from '../../../protocol/bodies/auth.js';
import type { ExtFields } from '../../../protocol/fields.js';
import type { RequestName } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { signatureOf } from '../../../protocol/sign.js';
import type { Call, Guard } from '../../../remoting/handler.js';
import type { AccessRules } from './access-rules.js';
import { type Asked, askedBy } from './asked.js';
import { decide } from './decision.js';

export interface GateParts {
  authConfig: AuthConfig;
  accessRules: AccessRules;
  log: Logger;
}

const SIGNATURE = 'Signature';
/** Clients up to 4.9.3 sign without this field, although they send it. */
const LATE_FIELD = '_UNIQUE_KEY_QUERY';
/** Ordinal of V4_9_3. */
const VERSION_4_9_3 = 399;

const forbid = (remark: string): never => {
  throw refuse(ResponseCode.NO_PERMISSION, remark);
};

/** Undefined when neither accounts nor permissions are checked. */
export function accessGate(parts: GateParts): Guard | undefined {
  const { authConfig } = parts;
  const { authenticationEnabled, authenticationWhitelist } = authConfig;
  const { authorizationEnabled, authorizationWhitelist } = authConfig;
  if (!authenticationEnabled && !authorizationEnabled) return undefined;
  const knownAnyway = codesOf(authenticationWhitelist);
  const allowedAnyway = codesOf(authorizationWhitelist);
  return (name, header, call) => {
    const { code } = call.frame;
    if (authenticationEnabled && !knownAnyway.has(code)) authenticate(parts, call);
    if (authorizationEnabled && name && !allowedAnyway.has(code)) {
      authorize(parts, name, header(), call);
    }
  };
}

const codesOf = (list: string): ReadonlySet<number> =>
  new Set(
    list
      .split(',')
      .filter((code) => code.trim() !== '')
      .map(Number),
  );

function authenticate({ accessRules, log }: GateParts, { frame }: Call): void {
  const fields = frame.ext ?? {};
  const { AccessKey: name, [SIGNATURE]: given } = fields;
  if (!name) return forbid('username cannot be null.');
  const user = enabled(accessRules.user(name), (state) => `User:${name} is ${state}.`);
  if (isSignedBy(user, fields, given, frame)) return;
  log.info(`User:${name} is authenticated failed with Signature = ${given}.`);
  forbid('check signature failed.');
}

function isSignedBy(
  { password = '' }: UserInfo,
  fields: ExtFields,
  given: string | undefined,
  { version, body }: Call['frame'],
): boolean {
  if (given === undefined) return false;
  const without = version <= VERSION_4_9_3 ? [SIGNATURE, LATE_FIELD] : [SIGNATURE];
  const expected = Buffer.from(signatureOf(fields, body, password, without));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function authorize(parts: GateParts, name: RequestName, header: unknown, call: Call): void {
  const { accessRules, authConfig, log } = parts;
  const user = call.frame.ext?.AccessKey;
  const sourceIp = addressOf(call.connection.remote);
  for (const asked of askedBy(name, header, call.body, authConfig.clusterName)) {
    if (!user) return forbid(UNNAMED);
    const account = enabled(accessRules.user(user), notAllowed(user));
    if (account.userType === 'Super') return;
    const refusal = decide(accessRules.rulesOf(user), asked, sourceIp);
    if (!refusal) continue;
    log.info(auditLine(user, asked, sourceIp, call.frame.code));
    forbid(
      `User:${user} has no permission to access ${asked.resource} from ${sourceIp}, ${refusal}.`,
    );
  }
}

const UNNAMED = 'Authorization failed. Please verify your access rights and try again.';

const notAllowed = (name: string) => (state: 'not found' | 'disabled') =>
  state === 'disabled' ? `User:${name} is disabled.` : `User:${name} not found.`;

/** The account, or a refusal in the words of whoever asks. */
function enabled(
  user: UserInfo | undefined,
  remark: (state: 'not found' | 'disabled') => string,
): UserInfo {
  if (!user) return forbid(remark('not found'));
  if (user.userStatus === 'disable') return forbid(remark('disabled'));
  return user;
}

const addressOf = (remote: string): string => remote.slice(0, remote.lastIndexOf(':'));

const auditLine = (user: string, { actions, resource }: Asked, ip: string, code: number): string =>
  `Subject = User:${user} is Deny Action = ${actions.join(',')} from sourceIp = ${ip} ` +
  `on resource = ${resource} for request = ${code}.`;
