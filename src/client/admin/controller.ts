// Controllers and the brokers that they look after; brokers in containers.

import { MqError } from '../../base/errors.js';
import {
  decodeEpochCache,
  decodeReplicas,
  encodeBrokerNames,
  type EpochCache,
  type ReplicasInfo,
} from '../../protocol/bodies/controller.js';
import { type BrokerAddrs, brokerDataOf } from '../../protocol/bodies/route.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import type { JsonObject } from '../../protocol/fastjson.js';
import type { Res } from '../../protocol/requests/index.js';
import { atEach, tellEach } from '../each.js';
import type { Session } from '../session.js';
import { formatSettings, parseSettings } from './settings.js';

/** getControllerMetaData. */
export async function controllerMetaData(
  session: Session,
  controllerAddr: string,
): Promise<Res<'CONTROLLER_GET_METADATA_INFO'>> {
  return (await session.request(controllerAddr, 'CONTROLLER_GET_METADATA_INFO', {})).header;
}

/** The controller that decides, as any of them knows it. */
async function leaderOf(session: Session, controllerAddr: string): Promise<string> {
  const { controllerLeaderAddress } = await controllerMetaData(session, controllerAddr);
  if (controllerLeaderAddress) return controllerLeaderAddress;
  throw new MqError('BROKER_NOT_FOUND', { broker: `leader of the controllers` });
}

/** getSyncStateSet: replicas by broker name. */
export async function syncStateSets(
  session: Session,
  controllerAddr: string,
  brokerNames: readonly string[],
): Promise<Map<string, ReplicasInfo>> {
  const leader = await leaderOf(session, controllerAddr);
  const body = encodeBrokerNames(brokerNames);
  const answer = await session.request(leader, 'CONTROLLER_GET_SYNC_STATE_DATA', {}, { body });
  return decodeReplicas(answer.body);
}

/** getBrokerEpoch of one broker; the last epoch ends where the log does. */
export async function brokerEpochs(session: Session, brokerAddr: string): Promise<EpochCache> {
  const answer = await session.request(brokerAddr, 'GET_BROKER_EPOCH_CACHE', {});
  const cache = decodeEpochCache(answer.body);
  const last = cache.epochList.at(-1);
  if (last) last.endOffset = cache.maxOffset;
  return cache;
}

/** getControllerConfig of each controller. */
export async function controllerConfigs(
  session: Session,
  addresses: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const answers = await atEach(session, addresses, (address) =>
    session.request(address, 'GET_CONTROLLER_CONFIG', {}),
  );
  return new Map(
    answers.map(({ address, result }) => [address, parseSettings(result.body.toString())]),
  );
}

/** updateControllerConfig. */
export async function updateControllerConfig(
  session: Session,
  addresses: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string[]> {
  const body = Buffer.from(formatSettings(settings));
  return tellEach(session, addresses, (address) =>
    session.request(address, 'UPDATE_CONTROLLER_CONFIG', {}, { body }),
  );
}

export type Election = Res<'CONTROLLER_ELECT_MASTER'> & { brokerAddrs: BrokerAddrs };

/** electMaster: makes one broker of a name the master. */
export async function electMaster(
  session: Session,
  controllerAddr: string,
  broker: { clusterName: string; brokerName: string; brokerId: number },
): Promise<Election> {
  const leader = await leaderOf(session, controllerAddr);
  const invokeTime = session.clock.now();
  const header = { ...broker, designateElect: true, invokeTime };
  const answer = await session.request(leader, 'CONTROLLER_ELECT_MASTER', header);
  // ElectMasterResponseBody; RocketMQ's own tool takes it for the group alone, and fails.
  const body = answer.body.length > 0 ? decodeBody(answer.body, 'ElectMasterResponseBody') : {};
  const group = (body.brokerMemberGroup ?? body) as JsonObject;
  return { ...answer.header, brokerAddrs: brokerDataOf(group).brokerAddrs };
}

/** cleanBrokerMetadata: has the controller forget brokers; ids are separated by `;`. */
export async function cleanBrokerMetadata(
  session: Session,
  controllerAddr: string,
  args: {
    clusterName?: string | undefined;
    brokerName: string;
    brokerControllerIdsToClean?: string | undefined;
    isCleanLivingBroker: boolean;
  },
): Promise<void> {
  const leader = await leaderOf(session, controllerAddr);
  await session.request(leader, 'CLEAN_BROKER_DATA', { ...args, invokeTime: session.clock.now() });
}

const CONTAINER_TIMEOUT_MS = 20_000;

/** addBroker: has a container start the broker of a configuration file on its machine. */
export async function addBroker(
  session: Session,
  containerAddr: string,
  configPath: string,
): Promise<void> {
  const options = { timeoutMs: CONTAINER_TIMEOUT_MS };
  await session.request(containerAddr, 'ADD_BROKER', { configPath }, options);
}

/** removeBroker: has a container stop one of its brokers. */
export async function removeBroker(
  session: Session,
  containerAddr: string,
  broker: { brokerClusterName: string; brokerName: string; brokerId: number },
): Promise<void> {
  const options = { timeoutMs: CONTAINER_TIMEOUT_MS };
  await session.request(containerAddr, 'REMOVE_BROKER', broker, options);
}
