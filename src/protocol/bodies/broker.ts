// JSON bodies about a broker's own state: counters, replication.

import type { Json, JsonObject } from '../fastjson.js';
import {
  decodeBody,
  encodeBody,
  flagOf,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textTableOf,
} from './json.js';

/** KVTable: answer of GET_BROKER_RUNTIME_INFO, and of requests for KV configuration. */
export function encodeKvTable(table: Readonly<Record<string, string>>): Buffer {
  return encodeBody({ table: { ...table } });
}

export function decodeKvTable(body: Buffer): Record<string, string> {
  return textTableOf(decodeBody(body, 'KVTable').table);
}

export interface BrokerStatsItem extends JsonObject {
  sum: number;
  tps: number;
  /** Mean of the recorded value per event. */
  avgpt: number;
}

/** Answer of VIEW_BROKER_STATS_DATA. */
export interface BrokerStatsData extends JsonObject {
  statsMinute: BrokerStatsItem;
  statsHour: BrokerStatsItem;
  statsDay: BrokerStatsItem;
}

const statsItemOf = (value: Json | undefined): BrokerStatsItem => {
  const { sum, tps, avgpt } = objectOf(value);
  return { sum: numberOf(sum), tps: numberOf(tps), avgpt: numberOf(avgpt) };
};

export function encodeBrokerStats(data: BrokerStatsData): Buffer {
  return encodeBody(data);
}

export function decodeBrokerStats(body: Buffer): BrokerStatsData {
  const fields = decodeBody(body, 'BrokerStatsData');
  return {
    statsMinute: statsItemOf(fields.statsMinute),
    statsHour: statsItemOf(fields.statsHour),
    statsDay: statsItemOf(fields.statsDay),
  };
}

export interface HaConnection extends JsonObject {
  addr: string;
  slaveAckOffset: number;
  diff: number;
  inSync: boolean;
  transferredByteInSecond: number;
  transferFromWhere: number;
}

/** Answer of GET_BROKER_HA_STATUS. */
export interface HaRuntimeInfo {
  master: boolean;
  masterCommitLogMaxOffset: number;
  inSyncSlaveNums: number;
  haConnectionInfo: HaConnection[];
  haClientRuntimeInfo: JsonObject;
}

/** HAClientRuntimeInfo of a broker that follows nobody. */
export const NO_HA_CLIENT: JsonObject = {
  lastReadTimestamp: 0,
  lastWriteTimestamp: 0,
  masterFlushOffset: 0,
  maxOffset: 0,
  transferredByteInSecond: 0,
};

export function encodeHaRuntimeInfo(info: HaRuntimeInfo): Buffer {
  return encodeBody({ ...info });
}

export function decodeHaRuntimeInfo(body: Buffer): HaRuntimeInfo {
  const fields = decodeBody(body, 'HARuntimeInfo');
  return {
    master: flagOf(fields.master),
    masterCommitLogMaxOffset: numberOf(fields.masterCommitLogMaxOffset),
    inSyncSlaveNums: numberOf(fields.inSyncSlaveNums),
    haConnectionInfo: objectsOf(fields.haConnectionInfo).map((slave) => ({
      addr: textOf(slave.addr),
      slaveAckOffset: numberOf(slave.slaveAckOffset),
      diff: numberOf(slave.diff),
      inSync: flagOf(slave.inSync),
      transferredByteInSecond: numberOf(slave.transferredByteInSecond),
      transferFromWhere: numberOf(slave.transferFromWhere),
    })),
    haClientRuntimeInfo: objectOf(fields.haClientRuntimeInfo),
  };
}
