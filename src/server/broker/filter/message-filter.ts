// From a subscription to the two tests that the store runs: one on the tags code of the consume
// queue, one on the properties of the record (ExpressionMessageFilter, FilterAPI).

import { decodeRecord } from '../../../protocol/message.js';
import { hashCode, parseProperties, type Properties } from '../../../protocol/properties.js';
import type { Subscription } from '../parts.js';
import { parseSql } from './sql-parser.js';

export interface MessageFilter {
  matchTags?: (tagsCode: bigint, filterBits?: Buffer, storeTimestamp?: number) => boolean;
  matchRecord?: (record: Buffer) => boolean;
}

export const isTagType = (type: string | undefined): boolean =>
  type === undefined || type === '' || type === 'TAG';

const EVERY: MessageFilter = {};
const SQL = 'SQL92';

/** Filters by subscription: a heartbeat replaces the subscription, and so its filter. */
const known = new WeakMap<Subscription, MessageFilter>();

/** Throws SyntaxError for an expression that cannot be compiled. */
export function filterOf(subscription: Subscription): MessageFilter {
  let filter = known.get(subscription);
  if (!filter) known.set(subscription, (filter = buildFilter(subscription)));
  return filter;
}

function buildFilter({ expressionType, subString, codeSet }: Subscription): MessageFilter {
  if (isTagType(expressionType)) {
    if (subString === '*') return EVERY;
    const codes = new Set(codeSet.map((code) => BigInt(code)));
    return { matchTags: (tagsCode) => codes.has(BigInt.asIntN(32, tagsCode)) };
  }
  if (expressionType !== SQL) throw new SyntaxError(`no filter of type ${expressionType}`);
  const test = compileSql(subString);
  return {
    matchRecord(record) {
      const decoded = decodeRecord(record);
      return decoded !== undefined && test(parseProperties(decoded.properties));
    },
  };
}

/** The expression as a test; a message on which it cannot be evaluated does not match. */
export function compileSql(expression: string): (properties: Readonly<Properties>) => boolean {
  const evaluate = parseSql(expression);
  return (properties) => {
    try {
      return evaluate(properties) === true;
    } catch {
      return false;
    }
  };
}

/** The subscription that a pull brings itself; `TagA || TagC`, `*`, or an SQL92 expression. */
export function subscriptionOf(
  topic: string,
  expression: string | undefined,
  type: string | undefined,
  subVersion: number,
): Subscription {
  const text = expression ?? '';
  if (!isTagType(type)) {
    if (text === '') throw new SyntaxError(`Expression can't be null! ${type}`);
    return { topic, subString: text, tagsSet: [], codeSet: [], subVersion, expressionType: type! };
  }
  const subString = text === '' ? '*' : text;
  const parts = subString === '*' ? [] : subString.split('||');
  if (subString !== '*' && parts.every((part) => part === '')) {
    throw new SyntaxError('subString split error');
  }
  const tagsSet = parts.map((tag) => tag.trim()).filter((tag) => tag !== '');
  const codeSet = tagsSet.map(hashCode);
  return { topic, subString, tagsSet, codeSet, subVersion, expressionType: 'TAG' };
}
