// How many bytes all slaves together may be sent in a second (FlowMonitor): a bound that exists
// only with haFlowControlEnable.

import type { Clock } from '../../base/clock.js';

export interface BudgetConfig {
  haFlowControlEnable: boolean;
  maxHaTransferByteInSecond: number;
}

const SECOND_MS = 1000;

export class Budget {
  private begun = 0;
  private spent = 0;

  constructor(
    private readonly config: BudgetConfig,
    private readonly clock: Clock,
  ) {}

  /** Bytes that may be sent now, at most `wanted`. */
  available(wanted: number): number {
    if (!this.config.haFlowControlEnable) return wanted;
    const now = this.clock.monotonic();
    if (now - this.begun >= SECOND_MS) {
      this.begun = now;
      this.spent = 0;
    }
    return Math.max(0, Math.min(wanted, this.config.maxHaTransferByteInSecond - this.spent));
  }

  take(bytes: number): void {
    this.spent += bytes;
  }
}
