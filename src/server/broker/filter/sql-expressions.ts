// Parts of SQL92 filters as closures over a message's properties, with RocketMQ's rules of what may
// be compared with what (ComparisonExpression, LogicExpression, UnaryExpression).

import type { Properties } from '../../../protocol/properties.js';
import { compare, compareOrdered, equal, isNumber, negate, type SqlValue } from './sql-values.js';

export type Evaluate = (properties: Readonly<Properties>) => SqlValue;

/** `boolean`: its value is a truth value; `property` and `constant` have rules of their own. */
export interface Expression {
  kind: 'property' | 'constant' | 'boolean' | 'other';
  evaluate: Evaluate;
  /** Of a constant. */
  value?: SqlValue;
}

type Compare = (left: SqlValue, right: SqlValue) => boolean;

export const COMPARISONS: Readonly<Record<string, Compare>> = {
  '>': (left, right) => compareOrdered(left, right) > 0,
  '>=': (left, right) => compareOrdered(left, right) >= 0,
  '<': (left, right) => compareOrdered(left, right) < 0,
  '<=': (left, right) => compareOrdered(left, right) <= 0,
};

export const TEXT_TESTS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  CONTAINS: (text, part) => text.includes(part),
  STARTSWITH: (text, part) => text.startsWith(part),
  ENDSWITH: (text, part) => text.endsWith(part),
};

export const constant = (value: SqlValue): Expression => ({
  kind: 'constant',
  value,
  evaluate: () => value,
});

const truth = (evaluate: Evaluate): Expression => ({ kind: 'boolean', evaluate });

export const not = (of: Expression): Expression =>
  truth((properties) => {
    const value = of.evaluate(properties);
    return value === null ? null : !value;
  });

export function property(name: string): Expression {
  return {
    kind: 'property',
    evaluate: (properties) => (Object.hasOwn(properties, name) ? properties[name] : null),
  };
}

/** A property stands for a truth value too, but its text is none: it is false, or unknown. */
export function asBoolean(of: Expression): Expression {
  if (of.kind === 'boolean') return of;
  if (of.kind === 'constant' && (typeof of.value === 'boolean' || of.value === null)) return of;
  if (of.kind !== 'property') throw new SyntaxError('the expression is no truth value');
  return truth((properties) => (of.evaluate(properties) === null ? null : false));
}

/** AND and OR of three values; `decisive` is the one that decides alone. */
export function logic(left: Expression, right: Expression, decisive: boolean): Expression {
  return truth((properties) => {
    const a = left.evaluate(properties);
    if (a === decisive) return decisive;
    const b = right.evaluate(properties);
    if (b === decisive) return decisive;
    return a === null || b === null ? null : !decisive;
  });
}

export function equality(left: Expression, right: Expression): Expression {
  for (const side of [left, right]) {
    if (side.kind === 'constant' && side.value === null) {
      throw new SyntaxError('NULL cannot be compared');
    }
  }
  const constants = left.kind === 'constant' && right.kind === 'constant';
  if (constants && typeof left.value === 'boolean' && typeof right.value !== 'boolean') {
    throw new SyntaxError('a truth value cannot be compared with another constant');
  }
  return equalTo(left, right);
}

export function equalTo(left: Expression, right: Expression): Expression {
  return truth((properties) => {
    const a = left.evaluate(properties);
    const b = right.evaluate(properties);
    if (a === null) return b === null ? true : null;
    if (b === null) return false;
    return equal(a, b) || compare(a, b) === 0;
  });
}

/** Only numbers and properties can be more or less than something. */
function checkOrdered(side: Expression): void {
  const ofNumber = side.kind !== 'constant' || isNumber(side.value ?? null);
  if (side.kind === 'boolean' || !ofNumber) throw new SyntaxError('the value cannot be compared');
}

export function ordered(left: Expression, right: Expression, test: Compare): Expression {
  checkOrdered(left);
  checkOrdered(right);
  return truth((properties) => {
    const a = left.evaluate(properties);
    if (a === null) return null;
    const b = right.evaluate(properties);
    return b === null ? null : test(a, b);
  });
}

export function between(
  of: Expression,
  low: Expression,
  high: Expression,
  negated: boolean,
): Expression {
  if (negated) {
    return logic(ordered(of, low, COMPARISONS['<']), ordered(of, high, COMPARISONS['>']), true);
  }
  if (low.kind === 'constant' && high.kind === 'constant') {
    if (compare(high.value ?? null, low.value ?? null) < 0) {
      throw new SyntaxError('the first value of BETWEEN must not be more than the second');
    }
  }
  return logic(ordered(of, low, COMPARISONS['>=']), ordered(of, high, COMPARISONS['<=']), false);
}

export function within(of: Expression, items: readonly string[], negated: boolean): Expression {
  if (of.kind !== 'property') throw new SyntaxError('IN needs a property on its left');
  const set = new Set(items);
  return truth((properties) => {
    const value = of.evaluate(properties);
    return typeof value === 'string' ? set.has(value) !== negated : null;
  });
}

export function textTest(
  of: Expression,
  part: string,
  test: (text: string, part: string) => boolean,
  negated: boolean,
): Expression {
  return truth((properties) => {
    const value = of.evaluate(properties);
    if (part === '' || typeof value !== 'string') return false;
    return test(value, part) !== negated;
  });
}

export function minus(of: Expression): Expression {
  return { kind: 'other', evaluate: (properties) => negate(of.evaluate(properties)) };
}
