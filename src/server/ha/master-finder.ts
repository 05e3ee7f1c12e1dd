// Where a master's log is: asked of the master itself (EXCHANGE_BROKER_HA_INFO), until it answers.

import type { Clock, Timer } from '../../base/clock.js';
import type { Part } from '../../base/lifecycle.js';
import { describeError, type Logger } from '../../base/log.js';
import type { RemotingClient } from '../../remoting/client.js';

export interface MasterFinderOptions {
  client: RemotingClient;
  clock: Clock;
  log: Logger;
  found(haAddress: string): void;
}

export interface MasterFinder extends Part {
  /** Looks for the log of the broker at `address`; for none without one. */
  look(address: string | undefined): void;
}

const RETRY_MS = 1000;
const TIMEOUT_MS = 3000;

export function masterFinder({ client, clock, log, found }: MasterFinderOptions): MasterFinder {
  let wanted: string | undefined;
  let retry: Timer | undefined;
  let stopped = false;
  let failure = '';

  async function ask(address: string): Promise<void> {
    const options = { timeoutMs: TIMEOUT_MS };
    const answer = await client.request(address, 'EXCHANGE_BROKER_HA_INFO', {}, options);
    const haAddress = answer.header.masterHaAddress;
    if (!haAddress) throw new Error('it does not say where its log is');
    if (wanted === address && !stopped) found(haAddress);
    failure = '';
  }

  function look(address: string | undefined): void {
    wanted = address;
    retry?.stop();
    if (address === undefined || stopped) return;
    ask(address).catch((error: unknown) => {
      const reason = describeError(error);
      if (reason !== failure) log.warn(`the master ${address}: ${reason}`);
      failure = reason;
      if (wanted === address) retry = clock.after(RETRY_MS, () => look(address));
    });
  }

  return {
    look,
    start: () => Promise.resolve(),
    stop() {
      stopped = true;
      retry?.stop();
      return Promise.resolve();
    },
  };
}
