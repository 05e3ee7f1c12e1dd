// The same at several servers: one that fails does not keep the others from being served.

import { MqError } from '../base/errors.js';

/**
 * What `work` brought of each address, in their order; failures are kept in `session.failures`.
 * Throws the first one when no server did what was asked.
 */
export async function atEach<T>(
  session: { readonly failures: unknown[] },
  addresses: readonly string[],
  work: (address: string) => Promise<T>,
): Promise<{ address: string; result: T }[]> {
  const done: { address: string; result: T }[] = [];
  const failures: unknown[] = [];
  for (const address of addresses) {
    try {
      done.push({ address, result: await work(address) });
    } catch (error) {
      if (!(error instanceof MqError)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first !== undefined && done.length === 0) {
    session.failures.push(...others);
    throw first;
  }
  session.failures.push(...failures);
  return done;
}

/** The addresses at which `work` was done. */
export async function tellEach(
  session: { readonly failures: unknown[] },
  addresses: readonly string[],
  work: (address: string) => Promise<unknown>,
): Promise<string[]> {
  return (await atEach(session, addresses, work)).map(({ address }) => address);
}
