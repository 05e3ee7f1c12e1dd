// One broker's figures, settings and housekeeping.

import {
  type BrokerStatsData,
  decodeBrokerStats,
  decodeHaRuntimeInfo,
  decodeKvTable,
  type HaRuntimeInfo,
} from '../../protocol/bodies/broker.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import type { JsonObject } from '../../protocol/fastjson.js';
import { tellEach } from '../each.js';
import type { Session } from '../session.js';
import { addressesOf, type Where } from '../targets.js';
import { formatSettings, parseSettings } from './settings.js';

/** brokerStatus of one broker: figures by name. */
export async function runtimeInfo(
  session: Session,
  brokerAddr: string,
): Promise<Record<string, string>> {
  const answer = await session.request(brokerAddr, 'GET_BROKER_RUNTIME_INFO', {});
  return decodeKvTable(answer.body);
}

/** getBrokerConfig of one broker. */
export async function brokerConfig(
  session: Session,
  brokerAddr: string,
): Promise<Record<string, string>> {
  const answer = await session.request(brokerAddr, 'GET_BROKER_CONFIG', {});
  return parseSettings(answer.body.toString());
}

/** updateBrokerConfig: on one broker, on the masters of a cluster, or on all of its brokers. */
export async function updateBrokerConfig(
  session: Session,
  where: Where,
  settings: Readonly<Record<string, string>>,
  options: { slaves?: boolean } = {},
): Promise<string[]> {
  const addresses = await addressesOf(session, where, options);
  const body = Buffer.from(formatSettings(settings));
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_BROKER_CONFIG', {}, { body }),
  );
}

/** One counter of a broker for minute, hour and day. */
export async function brokerStats(
  session: Session,
  brokerAddr: string,
  counter: { statsName: string; statsKey: string },
): Promise<BrokerStatsData> {
  const answer = await session.request(brokerAddr, 'VIEW_BROKER_STATS_DATA', counter);
  return decodeBrokerStats(answer.body);
}

/** haStatus of one broker. */
export async function haStatus(session: Session, brokerAddr: string): Promise<HaRuntimeInfo> {
  const answer = await session.request(brokerAddr, 'GET_BROKER_HA_STATUS', {});
  return decodeHaRuntimeInfo(answer.body);
}

type Housekeeping =
  'CLEAN_EXPIRED_CONSUMEQUEUE' | 'DELETE_EXPIRED_COMMITLOG' | 'CLEAN_UNUSED_TOPIC';

/** cleanExpiredCQ, deleteExpiredCommitLog, cleanUnusedTopic: on one broker or on every one. */
export async function cleanUp(
  session: Session,
  where: Where,
  request: Housekeeping,
): Promise<string[]> {
  const addresses = await addressesOf(session, where, { slaves: true });
  return tellEach(session, addresses, (address) => session.request(address, request, {}));
}

/** resetMasterFlushOffset of a slave. */
export async function resetMasterFlushOffset(
  session: Session,
  brokerAddr: string,
  masterFlushOffset: number,
): Promise<void> {
  await session.request(brokerAddr, 'RESET_MASTER_FLUSH_OFFSET', { masterFlushOffset });
}

/** setCommitLogReadAheadMode of one broker; returns what it said. */
export async function setReadAheadMode(
  session: Session,
  brokerAddr: string,
  readAheadMode: string,
): Promise<string> {
  const header = { readAheadMode };
  return (await session.request(brokerAddr, 'SET_COMMITLOG_READ_MODE', header)).remark ?? '';
}

/** switchTimerEngine; returns what the broker said. */
export async function switchTimerEngine(
  session: Session,
  where: Where,
  engine: string,
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'SWITCH_TIMER_ENGINE', { engine }),
  );
}

/** getColdDataFlowCtrInfo of one broker: JSON as it comes, undefined where it has no table. */
export async function coldDataInfo(
  session: Session,
  brokerAddr: string,
): Promise<JsonObject | undefined> {
  const answer = await session.request(brokerAddr, 'GET_COLD_DATA_FLOW_CTR_INFO', {});
  return answer.body.length > 0 ? decodeBody(answer.body, 'cold data flow info') : undefined;
}

/** updateColdDataFlowCtrGroupConfig: how fast a group may read cold data. */
export async function updateColdDataGroup(
  session: Session,
  where: Where,
  { group, threshold }: { group: string; threshold: string },
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = Buffer.from(formatSettings({ [group]: threshold }));
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG', {}, { body }),
  );
}

/** removeColdDataFlowCtrGroupConfig. */
export async function removeColdDataGroup(
  session: Session,
  where: Where,
  group: string,
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const body = Buffer.from(group);
  return tellEach(session, addresses, (address) =>
    session.request(address, 'REMOVE_COLD_DATA_FLOW_CTR_CONFIG', {}, { body }),
  );
}

/** checkRocksdbCqWriteProgress of one broker: JSON as it comes. */
export async function checkRocksdbQueues(
  session: Session,
  brokerAddr: string,
  { topic = '', checkStoreTime }: { topic?: string | undefined; checkStoreTime?: number } = {},
): Promise<JsonObject> {
  const since = checkStoreTime === undefined ? {} : { checkStoreTime };
  const header = { topic, ...since };
  const answer = await session.request(brokerAddr, 'CHECK_ROCKSDB_CQ_WRITE_PROGRESS', header);
  return decodeBody(answer.body, 'CheckRocksdbCqWriteResult');
}

/** rocksDBConfigToJson: has brokers write their RocksDB configuration as JSON files. */
export async function exportRocksdbConfig(
  session: Session,
  where: Where,
  configTypes: readonly string[],
): Promise<string[]> {
  const addresses = await addressesOf(session, where);
  const configType = configTypes.join(';');
  return tellEach(session, addresses, (address) =>
    session.request(address, 'EXPORT_ROCKSDB_CONFIG_TO_JSON', { configType }),
  );
}

/** exportPopRecord of one broker: it writes its POP records out of memory. */
export async function exportPopRecords(session: Session, brokerAddr: string): Promise<void> {
  await session.request(brokerAddr, 'POP_ROLLBACK', {}, { timeoutMs: 30_000 });
}
