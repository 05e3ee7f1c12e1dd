// Bounds on reads of old messages by group (ColdDataCgCtrService). Here such reads run off the
// event loop and hold nobody up, so the bounds are kept and shown for the tools that set them.

import { writeJson } from '../../../protocol/fastjson.js';

export interface ColdReadsConfig {
  cgColdReadThreshold: number;
  globalColdReadThreshold: number;
}

export class ColdReads {
  private readonly thresholds = new Map<string, number>();

  constructor(private readonly config: ColdReadsConfig) {}

  set(group: string, bytesPerSecond: number): void {
    this.thresholds.set(group, bytesPerSecond);
  }

  remove(group: string): void {
    this.thresholds.delete(group);
  }

  /** As JSON, in RocketMQ's order of fields. */
  info(): string {
    const { cgColdReadThreshold, globalColdReadThreshold } = this.config;
    const fields = [
      '"runtimeTable":{}',
      `"configTable":${writeJson(this.thresholds)}`,
      `"cgColdReadThreshold":${cgColdReadThreshold}`,
      `"globalColdReadThreshold":${globalColdReadThreshold}`,
      '"globalAcc":0',
    ];
    return `{${fields.join(',')}}`;
  }
}
