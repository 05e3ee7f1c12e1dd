// JSON bodies about controllers: who is in sync, epochs of brokers.

import { type Json, type JsonObject, stringTable } from '../fastjson.js';
import { decodeBody, encodeBody, flagOf, numberOf, objectOf, objectsOf, textOf } from './json.js';

export interface Replica extends JsonObject {
  brokerName: string;
  brokerId: number;
  brokerAddress: string;
  alive: boolean;
}

export interface ReplicasInfo extends JsonObject {
  masterBrokerId: number;
  masterAddress: string;
  masterEpoch: number;
  syncStateSetEpoch: number;
  inSyncReplicas: Replica[];
  notInSyncReplicas: Replica[];
}

const replicaOf = (fields: JsonObject): Replica => ({
  brokerName: textOf(fields.brokerName),
  brokerId: numberOf(fields.brokerId),
  brokerAddress: textOf(fields.brokerAddress),
  alive: flagOf(fields.alive),
});

/** Answer of CONTROLLER_GET_SYNC_STATE_DATA: replicas by broker name. */
export function decodeReplicas(body: Buffer): Map<string, ReplicasInfo> {
  const { replicasInfoTable } = decodeBody(body, 'BrokerReplicasInfo');
  const table = [...stringTable<Json>(replicasInfoTable)];
  return new Map(
    table.map(([brokerName, value]) => {
      const fields = objectOf(value);
      return [
        brokerName,
        {
          masterBrokerId: numberOf(fields.masterBrokerId),
          masterAddress: textOf(fields.masterAddress),
          masterEpoch: numberOf(fields.masterEpoch),
          syncStateSetEpoch: numberOf(fields.syncStateSetEpoch),
          inSyncReplicas: objectsOf(fields.inSyncReplicas).map(replicaOf),
          notInSyncReplicas: objectsOf(fields.notInSyncReplicas).map(replicaOf),
        },
      ];
    }),
  );
}

/** Body of CONTROLLER_GET_SYNC_STATE_DATA. */
export function encodeBrokerNames(brokerNames: readonly string[]): Buffer {
  return encodeBody([...brokerNames]);
}

export interface EpochEntry extends JsonObject {
  epoch: number;
  startOffset: number;
  endOffset: number;
}

/** Answer of GET_BROKER_EPOCH_CACHE. */
export interface EpochCache extends JsonObject {
  clusterName: string;
  brokerName: string;
  brokerId: number;
  epochList: EpochEntry[];
  maxOffset: number;
}

export function decodeEpochCache(body: Buffer): EpochCache {
  const fields = decodeBody(body, 'EpochEntryCache');
  return {
    clusterName: textOf(fields.clusterName),
    brokerName: textOf(fields.brokerName),
    brokerId: numberOf(fields.brokerId),
    epochList: objectsOf(fields.epochList).map((entry) => ({
      epoch: numberOf(entry.epoch),
      startOffset: numberOf(entry.startOffset),
      endOffset: numberOf(entry.endOffset),
    })),
    maxOffset: numberOf(fields.maxOffset),
  };
}

/** End of the newest epoch: Long.MAX_VALUE on the wire, which is no number of JavaScript. */
export const OPEN_END = -1;

export function encodeEpochCache(cache: EpochCache): Buffer {
  const open = `"endOffset":${OPEN_END}`;
  const text = encodeBody({ ...cache }).toString();
  return Buffer.from(text.replace(open, '"endOffset":9223372036854775807'));
}

/** Who has everything that the master has; the controller numbers the changes. */
export interface SyncStateSet extends JsonObject {
  syncStateSet: number[];
  syncStateSetEpoch: number;
}

export function encodeSyncStateSet(set: SyncStateSet): Buffer {
  return encodeBody({ ...set });
}

/** Also of the answer to an election, which has more beside it. */
export function decodeSyncStateSet(body: Buffer): SyncStateSet {
  const { syncStateSet, syncStateSetEpoch } = decodeBody(body, 'SyncStateSet');
  return {
    syncStateSet: Array.isArray(syncStateSet) ? syncStateSet.map((id) => numberOf(id)) : [],
    syncStateSetEpoch: numberOf(syncStateSetEpoch),
  };
}
