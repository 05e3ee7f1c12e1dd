// Notes a write that has kept the whole event loop waiting (DefaultMessageStore.isOSPageCacheBusy):
// requests that came meanwhile are told, so that their senders try another broker.

import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';

export interface StallParts {
  config: { osPageCacheBusyTimeOutMills: number };
  clock: Clock;
  log: Logger;
}

export class Stall {
  /** Of the write that they have waited for; 0 once they have all been read. */
  ms = 0;

  constructor(private readonly parts: StallParts) {}

  /** Runs what may stall. */
  watch(write: () => void): void {
    const { clock, config, log } = this.parts;
    const begin = clock.monotonic();
    try {
      write();
    } finally {
      const took = Math.round(clock.monotonic() - begin);
      if (took > config.osPageCacheBusyTimeOutMills) {
        this.ms = took;
        log.warn(`a write of the log took ${took} ms: the disk is too slow`);
        // what came meanwhile is read in the next turn, before its immediates
        setImmediate(() => setImmediate(() => (this.ms = 0)));
      }
    }
  }
}
