// What a consumer wants of each topic, in the form that heartbeats carry.

import type { SubscriptionData } from '../../protocol/bodies/client.js';
import { hashCode } from '../../protocol/properties.js';
import { tagsOf } from '../pull.js';

export type ExpressionType = 'TAG' | 'SQL92';

/** `expression` is `TagA || TagB`, `*` for all, or an SQL condition (FilterAPI). */
export function subscriptionOf(
  topic: string,
  expression: string,
  expressionType: ExpressionType,
  version: number,
): SubscriptionData {
  const tags = expressionType === 'TAG' ? tagsOf(expression) : [];
  const all = expressionType === 'TAG' && tags.length === 0;
  return {
    topic,
    subString: all ? '*' : expression,
    tagsSet: tags,
    codeSet: tags.map(hashCode),
    subVersion: version,
    expressionType,
    classFilterMode: false,
  };
}
