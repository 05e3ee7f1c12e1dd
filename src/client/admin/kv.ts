// What name servers keep: KV configuration, order configuration, their own settings, permissions.

import { MqError } from '../../base/errors.js';
import { decodeKvTable } from '../../protocol/bodies/broker.js';
import { ResponseCode } from '../../protocol/responses.js';
import { atEach } from '../each.js';
import type { Session } from '../session.js';
import { formatSettings, parseSettings } from './settings.js';

/** Namespace of the queue counts of order topics. */
export const ORDER_NAMESPACE = 'ORDER_TOPIC_CONFIG';

/** updateKvConfig: on every name server. */
export async function putKv(
  session: Session,
  entry: { namespace: string; key: string; value: string },
): Promise<void> {
  await session.tellNamesrvs('PUT_KV_CONFIG', entry);
}

/** A value, undefined where there is none. */
export async function getKv(
  session: Session,
  entry: { namespace: string; key: string },
): Promise<string | undefined> {
  const allow = [ResponseCode.QUERY_NOT_FOUND];
  const answer = await session.askNamesrv('GET_KV_CONFIG', entry, { allow });
  return answer.code === ResponseCode.SUCCESS ? answer.header.value : undefined;
}

/** deleteKvConfig: on every name server. */
export async function deleteKv(
  session: Session,
  entry: { namespace: string; key: string },
): Promise<void> {
  await session.tellNamesrvs('DELETE_KV_CONFIG', entry);
}

/** All entries of a namespace, undefined where there is no such namespace. */
export async function listKv(
  session: Session,
  namespace: string,
): Promise<Record<string, string> | undefined> {
  const allow = [ResponseCode.QUERY_NOT_FOUND];
  const answer = await session.askNamesrv('GET_KVLIST_BY_NAMESPACE', { namespace }, { allow });
  return answer.code === ResponseCode.SUCCESS ? decodeKvTable(answer.body) : undefined;
}

/** Puts one broker's `name:queues` into a topic's order configuration; returns the whole. */
export async function mergeOrderConf(
  session: Session,
  topic: string,
  brokerConf: string,
): Promise<string> {
  const old = await getKv(session, { namespace: ORDER_NAMESPACE, key: topic });
  const byBroker = new Map<string, string>();
  for (const part of [...(old ?? '').split(';'), brokerConf]) {
    if (part !== '') byBroker.set(part.split(':')[0]!, part);
  }
  const value = [...byBroker.values()].join(';');
  await putKv(session, { namespace: ORDER_NAMESPACE, key: topic, value });
  return value;
}

/** getNamesrvConfig: the settings of each given name server (all of the session's by default). */
export async function namesrvConfigs(
  session: Session,
  addresses: readonly string[] = session.namesrvAddrs,
): Promise<Map<string, Record<string, string>>> {
  if (addresses.length === 0) throw new MqError('NO_NAMESRV');
  const answers = await atEach(session, addresses, (address) =>
    session.request(address, 'GET_NAMESRV_CONFIG', {}),
  );
  return new Map(
    answers.map(({ address, result }) => [address, parseSettings(result.body.toString())]),
  );
}

/** updateNamesrvConfig: on every name server. */
export async function updateNamesrvConfig(
  session: Session,
  settings: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const body = Buffer.from(formatSettings(settings));
  const told = await session.tellNamesrvs('UPDATE_NAMESRV_CONFIG', {}, { body });
  return told.map(({ address }) => address);
}

export interface PermChange {
  namesrvAddr: string;
  brokerName: string;
  /** Topics whose permission changed. */
  topics: number;
}

/** wipeWritePerm: no topic of the broker may be written, on every name server. */
export async function wipeWritePerm(session: Session, brokerName: string): Promise<PermChange[]> {
  const answers = await session.tellNamesrvs('WIPE_WRITE_PERM_OF_BROKER', { brokerName });
  return answers.map(({ address, result }) => ({
    namesrvAddr: address,
    brokerName,
    topics: result.header.wipeTopicCount,
  }));
}

/** addWritePerm: undoes wipeWritePerm. */
export async function addWritePerm(session: Session, brokerName: string): Promise<PermChange[]> {
  const answers = await session.tellNamesrvs('ADD_WRITE_PERM_OF_BROKER', { brokerName });
  return answers.map(({ address, result }) => ({
    namesrvAddr: address,
    brokerName,
    topics: result.header.addTopicCount,
  }));
}
