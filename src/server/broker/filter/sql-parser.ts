// SQL92 filter expressions (SelectorParser, ComparisonExpression and its kin): parsed into closures
// over a message's properties, with RocketMQ's rules of what may be compared with what.

import { type Properties } from '../../../protocol/properties.js';
import { SqlLexer, type Token } from './sql-lexer.js';
import {
  compare,
  compareOrdered,
  decimalOf,
  doubleOf,
  equal,
  isNumber,
  negate,
  type SqlValue,
} from './sql-values.js';

type Evaluate = (properties: Readonly<Properties>) => SqlValue;

/** `boolean`: its value is a truth value; `property` and `constant` have rules of their own. */
interface Expression {
  kind: 'property' | 'constant' | 'boolean' | 'other';
  evaluate: Evaluate;
  /** Of a constant. */
  value?: SqlValue;
}

type Compare = (left: SqlValue, right: SqlValue) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  '>': (left, right) => compareOrdered(left, right) > 0,
  '>=': (left, right) => compareOrdered(left, right) >= 0,
  '<': (left, right) => compareOrdered(left, right) < 0,
  '<=': (left, right) => compareOrdered(left, right) <= 0,
};

const TEXT_TESTS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  CONTAINS: (text, part) => text.includes(part),
  STARTSWITH: (text, part) => text.startsWith(part),
  ENDSWITH: (text, part) => text.endsWith(part),
};

const constant = (value: SqlValue): Expression => ({
  kind: 'constant',
  value,
  evaluate: () => value,
});

const truth = (evaluate: Evaluate): Expression => ({ kind: 'boolean', evaluate });

const not = (of: Expression): Expression =>
  truth((properties) => {
    const value = of.evaluate(properties);
    return value === null ? null : !value;
  });

/** Parses an expression; throws SyntaxError for one that RocketMQ refuses. */
export function parseSql(text: string): Evaluate {
  return new SqlParser(text).parse().evaluate;
}

class SqlParser {
  private readonly lexer: SqlLexer;

  constructor(text: string) {
    this.lexer = new SqlLexer(text);
  }

  parse(): Expression {
    const whole = asBoolean(this.or());
    this.lexer.peek(); // what follows must be a word, but may be any: RocketMQ does not read on
    return whole;
  }

  private or(): Expression {
    let left = this.and();
    while (this.takeWord('OR')) {
      left = logic(asBoolean(left), asBoolean(this.and()), true);
    }
    return left;
  }

  private and(): Expression {
    let left = this.equality();
    while (this.takeWord('AND')) {
      left = logic(asBoolean(left), asBoolean(this.equality()), false);
    }
    return left;
  }

  private equality(): Expression {
    let left = this.comparison();
    for (;;) {
      if (this.takeSign('=')) left = equality(left, this.comparison());
      else if (this.takeSign('<>')) left = not(equality(left, this.comparison()));
      else if (this.takeWord('IS')) {
        const negated = this.takeWord('NOT');
        this.expectWord('NULL');
        const isNull = equalTo(left, constant(null));
        left = negated ? not(isNull) : isNull;
      } else return left;
    }
  }

  private comparison(): Expression {
    let left = this.unary();
    for (;;) {
      const token = this.lexer.peek();
      const { text } = token;
      if (token.kind === 'sign' && Object.hasOwn(COMPARISONS, text)) {
        this.lexer.next();
        left = ordered(left, this.unary(), COMPARISONS[text]);
        continue;
      }
      const next = this.comparisonWord(left);
      if (!next) return left;
      left = next;
    }
  }

  private comparisonWord(left: Expression): Expression | undefined {
    const first = this.lexer.peek();
    const negated = isWord(first, 'NOT');
    const word = negated ? this.lexer.peek(1) : first;
    const known = word.text === 'BETWEEN' || word.text === 'IN' || word.text in TEXT_TESTS;
    if (word.kind !== 'word' || !known) {
      if (negated) throw unexpected(word, 'BETWEEN, IN or a test of text');
      return undefined;
    }
    if (negated) this.lexer.next();
    this.lexer.next();
    if (word.text === 'BETWEEN') {
      const low = this.unary();
      this.expectWord('AND');
      return between(left, low, this.unary(), negated);
    }
    if (word.text === 'IN') return within(left, this.list(), negated);
    return textTest(left, this.string(), TEXT_TESTS[word.text], negated);
  }

  private unary(): Expression {
    if (this.takeSign('+')) return this.unary();
    if (this.takeSign('-')) {
      const of = this.unary();
      return { kind: 'other', evaluate: (properties) => negate(of.evaluate(properties)) };
    }
    if (this.takeWord('NOT')) return not(asBoolean(this.unary()));
    return this.primary();
  }

  private primary(): Expression {
    const token = this.lexer.next();
    switch (token.kind) {
      case 'string':
        return constant(token.text);
      case 'decimal':
        return constant(decimalOf(token.text));
      case 'float':
        return constant(doubleOf(token.text));
      case 'name':
        return property(token.text);
      default:
        if (isWord(token, 'TRUE')) return constant(true);
        if (isWord(token, 'FALSE')) return constant(false);
        if (isWord(token, 'NULL')) return constant(null);
        if (token.kind !== 'sign' || token.text !== '(') throw unexpected(token, 'a value');
    }
    const inner = this.or();
    if (!this.takeSign(')')) throw unexpected(this.lexer.peek(), '")"');
    return inner;
  }

  private list(): string[] {
    if (!this.takeSign('(')) throw unexpected(this.lexer.peek(), '"("');
    const items = [this.string()];
    while (this.takeSign(',')) items.push(this.string());
    if (!this.takeSign(')')) throw unexpected(this.lexer.peek(), '")"');
    return items;
  }

  private string(): string {
    const token = this.lexer.next();
    if (token.kind !== 'string') throw unexpected(token, 'a text in quotes');
    return token.text;
  }

  private takeWord(word: string): boolean {
    if (!isWord(this.lexer.peek(), word)) return false;
    this.lexer.next();
    return true;
  }

  private expectWord(word: string): void {
    if (!this.takeWord(word)) throw unexpected(this.lexer.peek(), word);
  }

  private takeSign(sign: string): boolean {
    const { kind, text } = this.lexer.peek();
    if (kind !== 'sign' || text !== sign) return false;
    this.lexer.next();
    return true;
  }
}

const isWord = (token: Token, word: string): boolean =>
  token.kind === 'word' && token.text === word;

function unexpected(token: Token, expected: string): SyntaxError {
  const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
  return new SyntaxError(`expected ${expected} instead of ${found} at position ${token.at}`);
}

function property(name: string): Expression {
  return {
    kind: 'property',
    evaluate: (properties) => (Object.hasOwn(properties, name) ? properties[name] : null),
  };
}

/** A property stands for a truth value too, but its text is none: it is false, or unknown. */
function asBoolean(of: Expression): Expression {
  if (of.kind === 'boolean') return of;
  if (of.kind === 'constant' && (typeof of.value === 'boolean' || of.value === null)) return of;
  if (of.kind !== 'property') throw new SyntaxError('the expression is no truth value');
  return truth((properties) => (of.evaluate(properties) === null ? null : false));
}

/** AND and OR of three values; `decisive` is the one that decides alone. */
function logic(left: Expression, right: Expression, decisive: boolean): Expression {
  return truth((properties) => {
    const a = left.evaluate(properties);
    if (a === decisive) return decisive;
    const b = right.evaluate(properties);
    if (b === decisive) return decisive;
    return a === null || b === null ? null : !decisive;
  });
}

function equality(left: Expression, right: Expression): Expression {
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

function equalTo(left: Expression, right: Expression): Expression {
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

function ordered(left: Expression, right: Expression, test: Compare): Expression {
  checkOrdered(left);
  checkOrdered(right);
  return truth((properties) => {
    const a = left.evaluate(properties);
    if (a === null) return null;
    const b = right.evaluate(properties);
    return b === null ? null : test(a, b);
  });
}

function between(of: Expression, low: Expression, high: Expression, negated: boolean): Expression {
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

function within(of: Expression, items: readonly string[], negated: boolean): Expression {
  if (of.kind !== 'property') throw new SyntaxError('IN needs a property on its left');
  const set = new Set(items);
  return truth((properties) => {
    const value = of.evaluate(properties);
    return typeof value === 'string' ? set.has(value) !== negated : null;
  });
}

function textTest(
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
