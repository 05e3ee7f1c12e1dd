// Which resources a request touches, and how: what DefaultAuthorizationContextBuilder makes of it.

import { decodeHeartbeat } from '../../../protocol/bodies/client.js';
import { decodeLockBatch } from '../../../protocol/bodies/group.js';
import { RETRY_PREFIX } from '../../../protocol/flags.js';
import {
  type Access,
  ACCESS,
  type Action,
  type Resource,
} from '../../../protocol/requests/access.js';
import type { RequestName } from '../../../protocol/requests/index.js';

/** One resource (`Topic:T`, `Group:G`, `Cluster:C`) and the actions of which one is enough. */
export interface Asked {
  resource: string;
  actions: readonly Action[];
}

const isRetry = (topic: string): boolean => topic.startsWith(RETRY_PREFIX);

export function askedBy(
  name: RequestName,
  header: unknown,
  body: Buffer,
  clusterName: string,
): Asked[] {
  const access: Access | undefined = ACCESS[name];
  if (!access) return [];
  const { actions } = access;
  if (access.body)
    return [...resourcesIn(access.body, body)].map((each) => ({ resource: each, actions }));
  const asked: Asked[] = [];
  for (const [field, kind] of Object.entries(access.fields ?? {}) as [string, Resource][]) {
    const value = (header as Record<string, unknown>)[field];
    if (typeof value !== 'string' || (access.skipBlank && value.trim() === '')) continue;
    const { type, between } = typeof kind === 'string' ? { type: kind, between: undefined } : kind;
    const names =
      between === undefined ? [value] : value.split(between).filter((part) => part !== '');
    for (const each of names) asked.push(...resourceOf(access, type, each));
  }
  if (asked.length === 0 && access.cluster)
    asked.push({ resource: `Cluster:${clusterName}`, actions });
  return asked;
}

/** A retry topic belongs to its group. */
function resourceOf({ actions, retryTopics }: Access, type: string, name: string): Asked[] {
  if (type !== 'Topic' || !isRetry(name)) {
    return [{ resource: type === 'Group' ? groupOf(name) : `${type}:${name}`, actions }];
  }
  if (retryTopics?.length === 0) return [];
  return [{ resource: groupOf(name), actions: retryTopics ?? actions }];
}

const groupOf = (name: string): string =>
  `Group:${isRetry(name) ? name.slice(RETRY_PREFIX.length) : name}`;

function* resourcesIn(kind: NonNullable<Access['body']>, body: Buffer): Iterable<string> {
  if (kind === 'queues') {
    const { consumerGroup, mqSet } = decodeLockBatch(body);
    yield groupOf(consumerGroup);
    for (const { topic } of mqSet) if (!isRetry(topic)) yield `Topic:${topic}`;
    return;
  }
  for (const { groupName, subscriptionDataSet } of decodeHeartbeat(body).consumerDataSet) {
    yield groupOf(groupName);
    for (const { topic } of subscriptionDataSet) if (!isRetry(topic)) yield `Topic:${topic}`;
  }
}
