// What a server does with a request: a function of its header, answered at once or later.

import type { ExtFields } from '../protocol/fields.js';
import type { Frame } from '../protocol/frame.js';
import type { Req, RequestName, Res } from '../protocol/requests/index.js';
import type { Connection } from './connection.js';

export interface Reply<N extends RequestName = RequestName> {
  /** ResponseCode; SUCCESS when absent. */
  code?: number;
  remark?: string;
  header?: Res<N>;
  /** Fields beside those that the request table declares. */
  ext?: ExtFields;
  /** Several buffers are written one after the other, never joined. */
  body?: Buffer | readonly Buffer[];
  /** Called when the body's memory may be used again; never for a peer that does not keep up. */
  sent?: () => void;
}

/** One request under way. */
export interface Call<N extends RequestName = RequestName> {
  readonly connection: Connection;
  readonly frame: Frame;
  readonly body: Buffer;
  /** The peer wants no answer; `answer` then does nothing. */
  readonly oneway: boolean;
  /** Answers a request whose handler returned undefined; the first answer counts. */
  answer(reply: Reply<N>): void;
  /** Answers with what a thrown error says (its response code and remark). */
  fail(error: unknown): void;
}

/**
 * Returns the reply, a promise of it, or undefined when `call.answer` will be called later.
 * A thrown error becomes an answer: an MqError its response code, anything else SYSTEM_ERROR.
 */
export type Handler<N extends RequestName> = (
  header: Req<N>,
  call: Call<N>,
) => Reply<N> | Promise<Reply<N>> | undefined;

/**
 * Looks at a request before its handler does, and throws to refuse it. `name` is undefined for a
 * request that is not served; `header` decodes its header.
 */
export type Guard = (name: RequestName | undefined, header: () => unknown, call: Call) => void;

export type Handlers = { readonly [N in RequestName]?: Handler<N> };
