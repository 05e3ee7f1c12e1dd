// From a subscription to the two tests that the store runs: one on the tags code of the consume
// queue, one on the properties of the record (ExpressionMessageFilter, FilterAPI).

import { refuse } from '../../../base/errors.js';
import { hashCode } from '../../../protocol/properties.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Subscription } from '../parts.js';
import { propertiesEnd, propertiesStart, RecordProperties } from './property-values.js';
import { parseSql } from './sql-parser.js';

export interface MessageFilter {
  matchTags?: (tagsCode: bigint, filterBits?: Buffer, storeTimestamp?: number) => boolean;
  matchRecord?: (bytes: Buffer, at: number, end: number) => boolean;
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

function buildFilter(subscription: Subscription): MessageFilter {
  const { expressionType, subString, codeSet, classFilterMode } = subscription;
  if (classFilterMode) return EVERY; // a program chose, where RocketMQ still had them
  if (isTagType(expressionType)) {
    if (subString === '*') return EVERY;
    const codes = new Set(codeSet.map((code) => BigInt(code)));
    return { matchTags: (tagsCode) => codes.has(BigInt.asIntN(32, tagsCode)) };
  }
  if (expressionType !== SQL) throw new SyntaxError(`no filter of type ${expressionType}`);
  return sqlFilter(subString);
}

/** By expression: pops bring theirs each time, with a subscription of its own. */
const sqlFilters = new Map<string, MessageFilter>();
const MOST_SQL_FILTERS = 500;
const LONGEST_KEPT = 2000;

function sqlFilter(expression: string): MessageFilter {
  const old = sqlFilters.get(expression);
  if (old) return old;
  const test = compileSql(expression);
  const filter: MessageFilter = {
    matchRecord(bytes, at, end) {
      const start = propertiesStart(bytes, at, end);
      return start >= 0 && test(bytes, start, propertiesEnd(bytes, start));
    },
  };
  if (sqlFilters.size >= MOST_SQL_FILTERS) sqlFilters.clear();
  if (expression.length <= LONGEST_KEPT) sqlFilters.set(expression, filter);
  return filter;
}

/** Of the properties that stand in `bytes` as a record has them. */
export type SqlTest = (bytes: Buffer, from: number, to: number) => boolean;

/** The expression as a test; a message on which it cannot be evaluated does not match. */
export function compileSql(expression: string): SqlTest {
  const { names, evaluate } = parseSql(expression);
  const properties = new RecordProperties(names);
  return (bytes, from, to) => {
    properties.scan(bytes, from, to);
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

/** The filter that a request of POP brings along; none takes everything. */
export function filterOfPop(wish: {
  topic: string;
  exp?: string | undefined;
  expType?: string | undefined;
}): MessageFilter {
  if (!wish.exp) return EVERY;
  try {
    return filterOf(subscriptionOf(wish.topic, wish.exp, wish.expType, 0));
  } catch {
    const text = "parse the consumer's subscription failed";
    throw refuse(ResponseCode.SUBSCRIPTION_PARSE_FAILED, text);
  }
}
