// Which rule of a user decides about a resource (AclAuthorizationHandler): the most exact one, and
// a refusal before a permission. Default rules count only where no rule of his own matches.

import type { AclEntry, AclInfo } from '../../../protocol/bodies/auth.js';
import { addressBytes } from '../../../protocol/host.js';
import type { Asked } from './asked.js';

/** Why it is refused, in RocketMQ's words; undefined when it is allowed. */
export function decide(
  acl: AclInfo | undefined,
  asked: Asked,
  sourceIp: string,
): string | undefined {
  const rule = ruleFor(acl, asked, sourceIp, 'Custom') ?? ruleFor(acl, asked, sourceIp, 'Default');
  if (!rule) return 'no matched policies';
  return rule.decision === 'Deny' ? 'the decision is deny' : undefined;
}

function ruleFor(
  acl: AclInfo | undefined,
  { resource, actions }: Asked,
  sourceIp: string,
  policyType: string,
): AclEntry | undefined {
  const policy = acl?.policies.find((each) => each.policyType === policyType);
  const matching = (policy?.entries ?? []).filter(
    (entry) =>
      covers(entry.resource, resource) &&
      actions.some((action) => entry.actions.includes(action) || entry.actions.includes('All')) &&
      (entry.sourceIps.length === 0 || entry.sourceIps.some((range) => isIn(sourceIp, range))),
  );
  return matching.sort(byWeight)[0];
}

/** `*`, `Topic:*`, `Topic:a*` or `Topic:ab` for `Topic:ab`. */
function covers(pattern: string, resource: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : pattern === resource;
}

const byWeight = (a: AclEntry, b: AclEntry): number =>
  exactness(b.resource) - exactness(a.resource) ||
  Number(b.decision === 'Deny') - Number(a.decision === 'Deny');

/** A full name before a beginning, a longer beginning before a shorter one, `*` last. */
function exactness(pattern: string): number {
  return pattern.endsWith('*') ? pattern.length : Infinity;
}

/** An address, or a range of them like 10.0.0.0/8. */
export function isIn(ip: string, range: string): boolean {
  const [base = '', bits] = range.split('/');
  if (bits === undefined) return ip === range;
  const [address, network] = [addressBytes(ip), addressBytes(base)];
  if (!address || address.length !== network?.length) return false;
  for (let bit = 0; bit < Number(bits); bit++) {
    const mask = 0x80 >> (bit % 8);
    if ((address[bit >> 3]! & mask) !== (network[bit >> 3]! & mask)) return false;
  }
  return true;
}
