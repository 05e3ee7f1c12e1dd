// Settings of several topics or groups as users write them into a JSON file.

import { MqError } from '../base/errors.js';
import { groupConfigOf, type SubscriptionGroupConfig } from '../protocol/bodies/group.js';
import { topicConfigOf, type TopicConfig } from '../protocol/bodies/topic.js';
import type { Json } from '../protocol/fastjson.js';

export const topicsOf = (data: unknown, file: string): TopicConfig[] =>
  listOf(data, 'topicName', file).map((one) => topicConfigOf(one));

export const groupsOf = (data: unknown, file: string): SubscriptionGroupConfig[] =>
  listOf(data, 'groupName', file).map((one) => groupConfigOf(one));

function listOf(data: unknown, name: string, file: string): Json[] {
  const named = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && typeof Reflect.get(one, name) === 'string';
  if (Array.isArray(data) && data.length > 0 && data.every(named)) return data as Json[];
  const text = `${file}: it must hold a list of objects, each with a ${name}`;
  throw new MqError('USAGE', { text });
}
