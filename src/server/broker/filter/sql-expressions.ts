// Parts of SQL92 filters as closures over a message's properties, with RocketMQ's rules of what may
// be compared with what (ComparisonExpression, LogicExpression, UnaryExpression). The comparisons
// that filters are mostly made of are done on the bytes of the value where that gives the same.

import type { PropertyValues } from './property-values.js';
import { compare, compareOrdered, equal, isNumber, negate, type SqlValue } from './sql-values.js';

export type Evaluate = (properties: PropertyValues) => SqlValue;

/** `boolean`: its value is a truth value; `property` and `constant` have rules of their own. */
export interface Expression {
  kind: 'property' | 'constant' | 'boolean' | 'other';
  evaluate: Evaluate;
  /** Of a constant, or of a number with its sign changed. */
  value?: SqlValue;
  /** Of a property: its place in the list of names. */
  index?: number;
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

export const property = (index: number): Expression => ({
  kind: 'property',
  index,
  evaluate: (properties) => properties.text(index),
});

/** A property stands for a truth value too, but its text is none: it is false, or unknown. */
export function asBoolean(of: Expression): Expression {
  if (of.kind === 'boolean') return of;
  if (of.kind === 'constant' && (typeof of.value === 'boolean' || of.value === null)) return of;
  if (of.kind !== 'property') throw new SyntaxError('the expression is no truth value');
  const index = of.index!;
  return truth((properties) => (properties.has(index) ? false : null));
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

/** Texts without other letters are equal when their bytes are. */
const ASCII = /^[\x20-\x7e]*$/;

export function equalTo(left: Expression, right: Expression): Expression {
  const onBytes = equalOnBytes(left, right, null) ?? equalOnBytes(right, left, false);
  if (onBytes) return truth(onBytes);
  const [leftOf, rightOf] = [valueBeside(left, right), valueBeside(right, left)];
  return truth((properties) => {
    const a = leftOf(properties);
    const b = rightOf(properties);
    if (a === null) return b === null ? true : null;
    if (b === null) return false;
    return equal(a, b) || compare(a, b) === 0;
  });
}

/** A property beside NULL or a text; `missing` is what comes out without the property. */
function equalOnBytes(
  { index }: Expression,
  { kind, value }: Expression,
  missing: null | false,
): Evaluate | undefined {
  if (index === undefined || kind !== 'constant') return undefined;
  if (value === null && missing === null) return (properties) => !properties.has(index);
  if (typeof value !== 'string' || !ASCII.test(value)) return undefined;
  const bytes = Buffer.from(value);
  return (properties) => (properties.has(index) ? properties.is(index, bytes) : missing);
}

/** Beside a number, text that reads as a small whole number may be that number at once. */
function valueBeside({ index, evaluate }: Expression, other: Expression): Evaluate {
  if (index === undefined || !isNumber(other.value ?? null)) return evaluate;
  return (properties) => {
    const value = properties.integer(index);
    return Number.isNaN(value) ? properties.text(index) : value;
  };
}

/** Only numbers and properties can be more or less than something. */
function checkOrdered(side: Expression): void {
  const ofNumber = side.kind !== 'constant' || isNumber(side.value ?? null);
  if (side.kind === 'boolean' || !ofNumber) throw new SyntaxError('the value cannot be compared');
}

export function ordered(left: Expression, right: Expression, test: Compare): Expression {
  checkOrdered(left);
  checkOrdered(right);
  const [leftOf, rightOf] = [valueBeside(left, right), valueBeside(right, left)];
  return truth((properties) => {
    const a = leftOf(properties);
    if (a === null) return null;
    const b = rightOf(properties);
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
  if (part === '') return truth(() => false); // whatever stands on its left
  return truth((properties) => {
    const value = of.evaluate(properties);
    if (typeof value !== 'string') return false;
    return test(value, part) !== negated;
  });
}

export function minus(of: Expression): Expression {
  if (!isNumber(of.value ?? null)) {
    return { kind: 'other', evaluate: (properties) => negate(of.evaluate(properties)) };
  }
  const value = negate(of.value!);
  return { kind: 'other', value, evaluate: () => value };
}
