// A call whose answer is changed on its way out.

import type { ExtFields } from '../../../protocol/fields.js';
import type { Frame } from '../../../protocol/frame.js';
import type { RequestName } from '../../../protocol/requests/index.js';
import type { Connection } from '../../../remoting/connection.js';
import type { Call, Handler, Reply } from '../../../remoting/handler.js';
import type { Req } from '../../../protocol/requests/index.js';

type Rewrite<N extends RequestName> = (reply: Reply<N>) => Reply<N>;

class RewrittenCall<N extends RequestName> implements Call<N> {
  constructor(
    private readonly call: Call<N>,
    private readonly rewrite: Rewrite<N>,
  ) {}

  get connection(): Connection {
    return this.call.connection;
  }

  get frame(): Frame {
    return this.call.frame;
  }

  get body(): Buffer {
    return this.call.body;
  }

  get oneway(): boolean {
    return this.call.oneway;
  }

  answer(reply: Reply<N>): void {
    this.call.answer(this.rewrite(reply));
  }

  fail(error: unknown): void {
    this.call.fail(error);
  }
}

/** Runs a handler; whichever way it answers, `rewrite` sees the answer first. */
export function handleRewritten<N extends RequestName>(
  handler: Handler<N>,
  header: Req<N>,
  call: Call<N>,
  rewrite: Rewrite<N>,
): Reply<N> | Promise<Reply<N>> | undefined {
  const reply = handler(header, new RewrittenCall(call, rewrite));
  return reply instanceof Promise ? reply.then(rewrite) : reply && rewrite(reply);
}

/** Fields of an answer as they go out: handlers give them typed, other brokers as texts. */
export function fieldsOf({ header, ext }: Pick<Reply, 'header' | 'ext'>): ExtFields {
  const fields: ExtFields = {};
  for (const [name, value] of Object.entries(header ?? {})) {
    if (value !== undefined && value !== null) fields[name] = String(value);
  }
  return { ...fields, ...ext };
}
