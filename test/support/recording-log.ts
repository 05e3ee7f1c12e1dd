// A logger that keeps its lines, for tests of what the log says.

import type { Logger } from '../../src/base/log.js';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
}

export class RecordingLog implements Logger {
  readonly lines: LogLine[] = [];

  debug(text: string): void {
    this.lines.push({ level: 'debug', text });
  }

  info(text: string): void {
    this.lines.push({ level: 'info', text });
  }

  warn(text: string): void {
    this.lines.push({ level: 'warn', text });
  }

  error(text: string): void {
    this.lines.push({ level: 'error', text });
  }

  child(): Logger {
    return this;
  }

  /** Lines that an operator sees: warnings and errors. */
  get alarms(): string[] {
    return this.lines.filter(({ level }) => level === 'warn' || level === 'error').map(textOf);
  }
}

const textOf = (line: LogLine): string => line.text;
