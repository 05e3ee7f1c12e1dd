// What lies behind a failure, found out by asking once more: a name that was mistyped, an address
// that is another server's. Loaded only when a command failed.

import { MqError } from '../../base/errors.js';
import { nearest } from '../../config/nearest.js';
import { listTopics } from '../../client/admin/topics.js';
import type { Session } from '../../client/session.js';
import { brokersOf } from '../../client/targets.js';

export interface Circumstances {
  session: Session;
  namesrvAddrs: readonly string[];
  /** Values that the user wrote. */
  given: ReadonlySet<unknown>;
}

/** The error with a better hint, or in better words, where something is found; else itself. */
export async function explained(error: unknown, about: Circumstances): Promise<unknown> {
  if (!(error instanceof MqError)) return error;
  try {
    return (await betterOf(error, about)) ?? error;
  } catch {
    return error; // who cannot be asked explains nothing
  }
}

function betterOf(error: MqError, about: Circumstances): Promise<MqError | undefined> {
  switch (error.code) {
    case 'TOPIC_NOT_FOUND':
      return missingTopic(error, about);
    case 'REMOTE_ERROR':
      if (error.responseCode === NO_PERMISSION) return Promise.resolve(notAllowed(error));
      return error.responseCode === NOT_SUPPORTED
        ? wrongServer(error, about)
        : Promise.resolve(undefined);
    case 'CONNECT_FAILED':
      return unreachableBroker(error, about);
    default:
      return Promise.resolve(undefined);
  }
}

/** ResponseCode.REQUEST_CODE_NOT_SUPPORTED and NO_PERMISSION. */
const NOT_SUPPORTED = 3;
const NO_PERMISSION = 16;
const ACCOUNT =
  'sign with an account that may: --access-key and --secret-key, --profile, or conf/tools.yml';
const RETRY = '%RETRY%';

/** RocketMQ has this code for bad arguments of its access commands too. */
const notAllowed = (error: MqError): MqError | undefined =>
  / is (null|existed|not exist)\.?$/.test(error.message) ? undefined : hinted(error, ACCOUNT);

const hinted = ({ code, details, responseCode }: MqError, hint: string): MqError =>
  new MqError(code, { ...details }, { hint, responseCode });

async function missingTopic(error: MqError, { session }: Circumstances) {
  const topic = String(error.details.topic);
  const topics = await listTopics(session);
  if (topic.startsWith(RETRY)) {
    const group = topic.slice(RETRY.length);
    const groups = topics.filter((one) => one.startsWith(RETRY));
    const near = nearest(topic, groups)?.slice(RETRY.length);
    const never = `no consumer of the group ${group} has ever been connected`;
    const hint = near === undefined ? never : `${never}; did you mean ${near}?`;
    return new MqError('GROUP_NOT_FOUND', { group }, { hint, responseCode: error.responseCode });
  }
  if (error.hint !== undefined) return undefined;
  const near = nearest(topic, topics);
  return hinted(
    error,
    near === undefined ? 'mqadmin topicList lists the topics' : `did you mean ${near}?`,
  );
}

/** A name server was asked for what only brokers know, or the other way about. */
async function wrongServer(error: MqError, { session, namesrvAddrs, given }: Circumstances) {
  const address = String(error.details.address);
  if (namesrvAddrs.includes(address) && (await isBroker(session, address))) {
    const text = `${address} is a broker, not a name server`;
    return new MqError(
      'USAGE',
      { text },
      { hint: '-n takes name servers; their port is mostly 9876' },
    );
  }
  if (!given.has(address) || !(await isNamesrv(session, address))) return undefined;
  const brokers = await brokersOf(session);
  const known = brokers.map((one) => `${one.brokerName} ${one.address}`).join(', ');
  const text = `${address} is a name server, not a broker`;
  return new MqError('USAGE', { text }, { hint: `brokers that it knows: ${known || 'none'}` });
}

const isBroker = (session: Session, address: string): Promise<boolean> =>
  session.request(address, 'GET_BROKER_RUNTIME_INFO', {}).then(
    () => true,
    () => false,
  );

const isNamesrv = (session: Session, address: string): Promise<boolean> =>
  session.request(address, 'GET_BROKER_CLUSTER_INFO', {}).then(
    () => true,
    () => false,
  );

async function unreachableBroker(error: MqError, { session, given }: Circumstances) {
  const address = String(error.details.address);
  if (/^expected host:port/.test(String(error.details.reason))) {
    const found = await knownBrokers(session);
    const named = found.find(({ brokerName }) => brokerName === address);
    const hint = named ? `${address} is at ${named.address}` : 'write host:port';
    return new MqError('USAGE', { text: `'${address}' is no address of a server` }, { hint });
  }
  const brokers = await knownBrokers(session);
  const broker = brokers.find((one) => one.address === address);
  if (broker) {
    const { brokerName } = broker;
    const hint =
      `${brokerName} tells clients that it is there: start it if it is not running; if it runs, ` +
      'set its brokerIP1 to an address that can be reached from here';
    return hinted(error, hint);
  }
  if (!given.has(address) || brokers.length === 0) return undefined;
  const known = brokers.map((one) => `${one.brokerName} ${one.address}`).join(', ');
  return hinted(error, `brokers that the name server knows: ${known}`);
}

/** None where no name server is given or none answers. */
const knownBrokers = (session: Session) => brokersOf(session).catch(() => []);
