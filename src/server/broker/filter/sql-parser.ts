// SQL92 filter expressions (SelectorParser): parsed into closures over a message's properties.

import {
  asBoolean,
  between,
  COMPARISONS,
  constant,
  equality,
  equalTo,
  type Evaluate,
  type Expression,
  logic,
  minus,
  not,
  ordered,
  property,
  TEXT_TESTS,
  textTest,
  within,
} from './sql-expressions.js';
import { SqlLexer, type Token } from './sql-lexer.js';
import { decimalOf, doubleOf } from './sql-values.js';

export interface ParsedSql {
  /** Of the properties, without repetition: `evaluate` asks for them by their place here. */
  names: readonly string[];
  evaluate: Evaluate;
}

/** Parses an expression; throws SyntaxError for one that RocketMQ refuses. */
export function parseSql(text: string): ParsedSql {
  const parser = new SqlParser(text);
  const { evaluate } = parser.parse();
  return { names: parser.names, evaluate };
}

class SqlParser {
  readonly names: string[] = [];
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
    if (this.takeSign('-')) return minus(this.unary());
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
        return property(this.indexOf(token.text));
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

  private indexOf(name: string): number {
    const known = this.names.indexOf(name);
    return known >= 0 ? known : this.names.push(name) - 1;
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
