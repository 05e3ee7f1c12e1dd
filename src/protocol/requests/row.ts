// The shape of one row of the request table.

import type { Fields } from '../fields.js';

export interface RequestRow {
  readonly code: number;
  /** Fields of the request header; absent when the request has none. */
  readonly request?: Fields;
  readonly response?: Fields;
  /** Short names that fields have on the wire. */
  readonly wire?: Readonly<Record<string, string>>;
  /** What the body of the request or of its answer is, for the documentation. */
  readonly body?: string;
  readonly replyBody?: string;
}

/** Keeps the literal types of a group of rows. */
export const requests = <const T extends Record<string, RequestRow>>(rows: T): T => rows;
