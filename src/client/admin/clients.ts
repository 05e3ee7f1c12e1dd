// Who is connected: consumers and producers of groups.

import { MqError } from '../../base/errors.js';
import {
  type ClientConnection,
  type ConsumerConnection,
  decodeConsumerConnection,
  decodeConsumerList,
  decodeProducerConnection,
  decodeProducerTable,
  type ProducerInfo,
} from '../../protocol/bodies/client.js';
import { RETRY_PREFIX } from '../../protocol/flags.js';
import { ResponseCode } from '../../protocol/responses.js';
import { isUnreachable, type Session } from '../session.js';
import { mastersOf, readAddressOf } from '../targets.js';
import { allGroupConfigs, isSystemGroup } from './tables.js';

export type { ConsumerConnection } from '../../protocol/bodies/client.js';

/**
 * consumerConnection: clients and subscriptions of a group, at `brokerAddr` or at the brokers of
 * its retry topic. Throws GROUP_OFFLINE.
 */
export async function consumerConnection(
  session: Session,
  { group, brokerAddr }: { group: string; brokerAddr?: string | undefined },
): Promise<ConsumerConnection> {
  const addresses =
    brokerAddr === undefined
      ? await readAddresses(session, RETRY_PREFIX + group, group)
      : [brokerAddr];
  const allow = [ResponseCode.CONSUMER_NOT_ONLINE];
  const header = { consumerGroup: group };
  const connection = await firstOf(addresses, async (address) => {
    const name = 'GET_CONSUMER_CONNECTION_LIST';
    const answer = await session.request(address, name, header, { allow });
    if (answer.code !== ResponseCode.SUCCESS) return undefined;
    const found = decodeConsumerConnection(answer.body);
    return found.connectionSet.length > 0 ? found : undefined;
  });
  if (!connection) throw offline(group);
  return connection;
}

/** What the first broker says that has an answer; one that is away is passed over. */
async function firstOf<T>(
  addresses: readonly string[],
  ask: (address: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  let failure: unknown;
  for (const address of addresses) {
    try {
      const answer = await ask(address);
      if (answer !== undefined) return answer;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

/** producerConnection: producers of a group that send to a topic. Throws GROUP_OFFLINE. */
export async function producerConnection(
  session: Session,
  { group, topic }: { group: string; topic: string },
): Promise<ClientConnection[]> {
  const header = { producerGroup: group };
  const allow = [ResponseCode.SYSTEM_ERROR];
  const connections = await firstOf(await readAddresses(session, topic), async (address) => {
    const name = 'GET_PRODUCER_CONNECTION_LIST';
    const answer = await session.request(address, name, header, { allow });
    if (answer.code !== ResponseCode.SUCCESS) return undefined;
    const found = decodeProducerConnection(answer.body);
    return found.length > 0 ? found : undefined;
  });
  if (!connections) throw offline(group);
  return connections;
}

/** producer: all producers of one broker, by group. */
export async function producersAt(
  session: Session,
  brokerAddr: string,
): Promise<Map<string, ProducerInfo[]>> {
  return decodeProducerTable((await session.request(brokerAddr, 'GET_ALL_PRODUCER_INFO', {})).body);
}

/** Client ids of a group, as the first broker that answers knows them. */
export async function consumerIds(
  session: Session,
  brokerAddr: string,
  group: string,
): Promise<string[]> {
  const header = { consumerGroup: group };
  const answer = await session.request(brokerAddr, 'GET_CONSUMER_LIST_BY_GROUP', header);
  return decodeConsumerList(answer.body);
}

export interface ConsumerGroup {
  group: string;
  consumeType?: string;
  messageModel?: string;
  members: ClientConnection[];
}

/** consumerList: every consumer group with its members; RocketMQ's own only with some. */
export async function consumerList(
  session: Session,
  { clusterName }: { clusterName?: string | undefined } = {},
): Promise<ConsumerGroup[]> {
  const groups = new Map<string, ConsumerGroup>();
  for (const { address } of await mastersOf(session, clusterName)) {
    const table = await allGroupConfigs(session, address);
    const names = [...table.subscriptionGroupTable.keys()];
    await Promise.all(names.map((group) => addMembers(session, address, group, groups)));
  }
  return [...groups.values()]
    .filter(({ group, members }) => members.length > 0 || !isSystemGroup(group))
    .sort((a, b) => (a.group < b.group ? -1 : 1));
}

async function addMembers(
  session: Session,
  address: string,
  group: string,
  groups: Map<string, ConsumerGroup>,
): Promise<void> {
  const allow = [ResponseCode.CONSUMER_NOT_ONLINE, ResponseCode.SYSTEM_ERROR];
  const header = { consumerGroup: group };
  const answer = await session.request(address, 'GET_CONSUMER_CONNECTION_LIST', header, { allow });
  const known = groups.get(group) ?? { group, members: [] };
  groups.set(group, known);
  if (answer.code !== ResponseCode.SUCCESS) return;
  const { connectionSet, consumeType, messageModel } = decodeConsumerConnection(answer.body);
  if (connectionSet.length === 0) return;
  Object.assign(known, { consumeType, messageModel });
  for (const client of connectionSet) {
    if (!known.members.some((member) => member.clientId === client.clientId)) {
      known.members.push(client);
    }
  }
}

async function readAddresses(session: Session, topic: string, group?: string): Promise<string[]> {
  const route = await session.findRoute(topic);
  if (!route) {
    throw group === undefined ? new MqError('TOPIC_NOT_FOUND', { topic }) : offline(group);
  }
  return route.brokerDatas.map(readAddressOf).filter((address) => address !== undefined);
}

function offline(group: string): MqError {
  const responseCode = ResponseCode.CONSUMER_NOT_ONLINE;
  return new MqError('GROUP_OFFLINE', { group }, { responseCode });
}
