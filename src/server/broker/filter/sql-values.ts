// Values of SQL92 filters and how RocketMQ compares them (ComparisonExpression.__compare). A Java
// Integer is a number here, a Long a bigint, a Double an SqlDouble; properties are always text.

export class SqlDouble {
  constructor(readonly value: number) {}
}

export type SqlNumber = number | bigint | SqlDouble;
export type SqlValue = null | boolean | string | SqlNumber;

const INT_MAX = 2147483647;
const LONG_MAX = 9223372036854775807n;
const INTEGER = /^[+-]?\d+$/;
const DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?)$/;

/** Long, or Integer where it fits; throws for more than 64 bits. */
export function decimalOf(literal: string): number | bigint {
  const value = BigInt(literal.replace(/[lL]$/, ''));
  if (value > LONG_MAX) throw new SyntaxError(`${literal} does not fit into 64 bits`);
  return value <= BigInt(INT_MAX) ? Number(value) : value;
}

/** A double literal; RocketMQ takes none that is zero, tiny or infinite. */
export function doubleOf(literal: string): SqlDouble {
  const value = Number(literal);
  if (!Number.isFinite(value))
    throw new SyntaxError(`${literal} is greater than ${Number.MAX_VALUE}`);
  if (value < Number.MIN_VALUE) throw new SyntaxError(`${literal} is less than 4.9E-324`);
  return new SqlDouble(value);
}

export function isNumber(value: SqlValue): value is SqlNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof SqlDouble;
}

export function negate(value: SqlValue): SqlValue {
  if (typeof value === 'number') return value === -INT_MAX - 1 ? value : 0 - value;
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  return value instanceof SqlDouble ? new SqlDouble(-value.value) : null;
}

/**
 * -1, 0 or 1. Text takes the type of the other side; text that does not read as such a number
 * throws, which makes the message one that does not match. Other pairs of types give -1.
 */
export function compare(left: SqlValue, right: SqlValue): number {
  if (typeof left === 'string' && typeof right === 'string') return order(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return order(left, right);
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === 'string' && isNumber(right)) {
    return compareNumbers(numberLike(left, right), right);
  }
  if (isNumber(left) && typeof right === 'string') {
    return compareNumbers(left, numberLike(right, left));
  }
  if (typeof left === 'string' && typeof right === 'boolean') {
    return order(left.toLowerCase() === 'true', right);
  }
  // RocketMQ casts the wrong side here and fails.
  if (typeof left === 'boolean' && typeof right === 'string') throw cannotRead(right, 'a boolean');
  return -1;
}

/** For `<` and the like: two texts compare as doubles, not by letters. */
export function compareOrdered(left: SqlValue, right: SqlValue): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return compareNumbers(readDouble(left), readDouble(right));
  }
  return compare(left, right);
}

/** As Java's equals: same type and value. */
export function equal(left: SqlValue, right: SqlValue): boolean {
  if (left instanceof SqlDouble && right instanceof SqlDouble) {
    return Object.is(left.value, right.value);
  }
  return left === right;
}

const order = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

function compareNumbers(left: SqlNumber, right: SqlNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return order(left, right);
  if (left instanceof SqlDouble || right instanceof SqlDouble) {
    const [a, b] = [plain(left), plain(right)];
    if (Number.isNaN(a) || Number.isNaN(b)) return order(Number.isNaN(a), Number.isNaN(b));
    if (a === 0 && b === 0) return order(Object.is(a, 0), Object.is(b, 0)); // -0.0 is less than 0.0
    return order(a, b);
  }
  return order(BigInt(left), BigInt(right));
}

const plain = (value: SqlNumber): number =>
  value instanceof SqlDouble ? value.value : Number(value);

function numberLike(text: string, other: SqlNumber): SqlNumber {
  if (other instanceof SqlDouble) return readDouble(text);
  if (!INTEGER.test(text)) throw cannotRead(text, 'an integer');
  const value = BigInt(text.replace(/^\+/, ''));
  const max = typeof other === 'number' ? BigInt(INT_MAX) : LONG_MAX;
  if (value > max || value < -max - 1n) throw cannotRead(text, 'an integer of that size');
  return typeof other === 'number' ? Number(value) : value;
}

function readDouble(text: string): SqlDouble {
  const trimmed = text.trim();
  if (!DOUBLE.test(trimmed)) throw cannotRead(text, 'a number');
  return new SqlDouble(Number(trimmed.replace(/(?<=[\d.])[dDfF]$/, '')));
}

function cannotRead(text: string, what: string): RangeError {
  return new RangeError(`${JSON.stringify(text.slice(0, 40))} cannot be read as ${what}`);
}
