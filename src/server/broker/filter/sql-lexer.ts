// Words of a SQL92 filter expression (SelectorParser.jj). Words are cut one by one, because
// RocketMQ's parser stops after the first whole expression and never looks at what follows.

export type TokenKind = 'word' | 'name' | 'string' | 'decimal' | 'float' | 'sign' | 'end';

export interface Token {
  kind: TokenKind;
  /** Reserved words in capitals; the value of a string literal; else as written. */
  text: string;
  at: number;
}

const RESERVED = new Set(
  'NOT AND OR BETWEEN IN TRUE FALSE NULL IS CONTAINS STARTSWITH ENDSWITH'.split(' '),
);

const SKIPPED = /(?:[ \t\n\r\f]|--[^\n\r]*(?:\r\n|\n|\r)|\/\*[^]*?\*\/)*/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const FLOAT = /(?:\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y;
const DECIMAL = /(?:0|[1-9]\d*[lL]?)/y;
const STRING = /'(?:''|[^'])*'/y;
const SIGN = /(?:<>|<=|>=|[=<>(),+-])/y;

export class SqlLexer {
  private at = 0;
  private readonly ahead: Token[] = [];

  constructor(private readonly text: string) {}

  /** The token `distance` places ahead, 0 the next. */
  peek(distance = 0): Token {
    while (this.ahead.length <= distance) this.ahead.push(this.cut());
    return this.ahead[distance];
  }

  next(): Token {
    const token = this.peek();
    this.ahead.shift();
    return token;
  }

  private cut(): Token {
    this.match(SKIPPED);
    const { at } = this;
    if (at >= this.text.length) return { kind: 'end', text: '', at };
    const name = this.match(NAME);
    if (name !== undefined) {
      const upper = name.toUpperCase();
      return RESERVED.has(upper)
        ? { kind: 'word', text: upper, at }
        : { kind: 'name', text: name, at };
    }
    const float = this.match(FLOAT);
    if (float !== undefined) return { kind: 'float', text: float, at };
    const decimal = this.match(DECIMAL);
    if (decimal !== undefined) return { kind: 'decimal', text: decimal, at };
    const string = this.match(STRING);
    if (string !== undefined) {
      return { kind: 'string', text: string.slice(1, -1).replaceAll("''", "'"), at };
    }
    const sign = this.match(SIGN);
    if (sign !== undefined) return { kind: 'sign', text: sign, at };
    throw new SyntaxError(`unexpected ${JSON.stringify(this.text[at])} at position ${at}`);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
