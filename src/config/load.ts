// Puts a server's settings together: defaults, then the environment, the file, the command line.
// Nothing starts with a value that is not allowed; an unknown key is only a warning.

import { availableParallelism, homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { MqError } from '../base/errors.js';
import type { FileSystem } from '../base/files.js';
import { realFiles } from '../base/files.js';
import { defaultHaPort, describeChoice, interfaceAddresses, localAddress } from './addresses.js';
import type { LocalAddress } from './addresses.js';
import { Assignment } from './assignment.js';
import { readPropertiesText } from './properties-file.js';
import { parseProperties } from './properties.js';
import { defaultsOf } from './rows.js';
import type { HostFacts, Table } from './rows.js';
import { ACCEPTED_BESIDE, BROKER_TABLES, NAMESRV_TABLES } from './tables.js';
import type { BrokerSettings, NamesrvSettings } from './tables.js';
import { loadTls, type TlsSettings } from './tls.js';

export interface LoadOptions {
  /** `-c`: relative to the current folder, else to ROCKETMQ_HOME, else to `searchIn`. */
  file?: string;
  searchIn?: readonly string[];
  /** `-n`. */
  namesrvAddr?: string;
  /** `key=value` words behind the options. */
  args?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  files?: Pick<FileSystem, 'openSync' | 'readSync' | 'closeSync' | 'readText' | 'stat'>;
  /** What would be asked of the machine. */
  host?: Partial<HostFacts>;
}

export interface Loaded<S> {
  config: S;
  /** The file that was read. */
  file: string | undefined;
  /** Where `updateBrokerConfig` and its like keep changes. */
  storePath: string;
  /** For the terminal and the log. */
  warnings: string[];
  /** For the log: keys that have no effect. */
  notes: string[];
  /** Of each property that was set: `broker.conf line 3`, `command line`, `-n`, `NAMESRV_ADDR`. */
  origins: ReadonlyMap<string, string>;
  /** ROCKETMQ_HOME, or its default. */
  homeDir: string;
  /** Below it lie `logs/rocketmqlogs`, `store` and `namesrv` unless they are set elsewhere. */
  userHome: string;
  /** Unknown keys of the file: kept, and shown as RocketMQ does. */
  extras: Map<string, string>;
  tls: TlsSettings;
}

export const BROKER_PORT = 10911;
export const NAMESRV_PORT = 9876;

export function loadBrokerConfig(options: LoadOptions = {}): Loaded<BrokerSettings> {
  const { host, local } = factsOf(options);
  const config = defaultsOfAll<BrokerSettings>(BROKER_TABLES, host);
  config.nettyServerConfig.listenPort = BROKER_PORT;
  const assignment = new Assignment(BROKER_TABLES, config);
  if (host.namesrvAddr !== '') assignment.set('namesrvAddr', host.namesrvAddr, 'NAMESRV_ADDR');
  const file = readInto(assignment, options, host);
  finishBroker(config, assignment);
  assignment.throwProblems();
  if (!assignment.origins.has('brokerIP1') && options.host?.localAddress === undefined) {
    assignment.warnings.push(describeChoice(local));
  }
  const fallback = join(config.messageStoreConfig.storePathRootDir, 'config', 'broker.properties');
  const homeDir = config.brokerConfig.rocketmqHome;
  const storePath = file ?? fallback;
  return {
    ...outcome(assignment),
    tls: tlsOf(config, options),
    config,
    file,
    storePath,
    homeDir,
    userHome: host.userHome,
  };
}

export function loadNamesrvConfig(options: LoadOptions = {}): Loaded<NamesrvSettings> {
  const { host } = factsOf(options);
  const config = defaultsOfAll<NamesrvSettings>(NAMESRV_TABLES, host);
  config.nettyServerConfig.listenPort = NAMESRV_PORT;
  const assignment = new Assignment(NAMESRV_TABLES, config, ACCEPTED_BESIDE);
  // `-n` is accepted and means nothing to a name server, as in RocketMQ.
  const file = readInto(assignment, { ...options, namesrvAddr: undefined }, host);
  assignment.throwProblems();
  if (file !== undefined) config.namesrvConfig.configStorePath = file;
  const homeDir = config.namesrvConfig.rocketmqHome;
  const storePath = config.namesrvConfig.configStorePath;
  return {
    ...outcome(assignment),
    tls: tlsOf(config, options),
    config,
    file,
    storePath,
    homeDir,
    userHome: host.userHome,
  };
}

/** A client's `useTLS` is the same wish as -Dtls.enable. */
function tlsOf(
  { nettyClientConfig }: BrokerSettings | NamesrvSettings,
  { env, files }: LoadOptions,
): TlsSettings {
  const tls = loadTls({ env: env ?? process.env, files: files ?? realFiles });
  return { ...tls, clientEnabled: tls.clientEnabled || nettyClientConfig.useTLS };
}

function factsOf(options: LoadOptions): { host: HostFacts; local: LocalAddress } {
  const env = options.env ?? process.env;
  const local = localAddress(interfaceAddresses());
  const userHome = options.host?.userHome ?? homedir();
  const host = {
    cores: availableParallelism(),
    hostName: hostname() || 'DEFAULT_BROKER',
    userHome,
    homeDir: env.ROCKETMQ_HOME?.trim() || join(userHome, '.pocketmq'),
    localAddress: local.address,
    namesrvAddr: env.NAMESRV_ADDR?.trim() ?? '',
    ...options.host,
  };
  return { host, local };
}

function defaultsOfAll<S>(tables: Readonly<Record<string, Table>>, host: HostFacts): S {
  const config: Partial<Record<string, object>> = {};
  for (const section in tables) config[section] = defaultsOf(tables[section]!, host);
  return config as S;
}

/** The path of the file that was read. */
function readInto(
  assignment: Assignment,
  options: LoadOptions,
  host: HostFacts,
): string | undefined {
  const file = options.file === undefined ? undefined : readFile(assignment, options, host);
  if (options.namesrvAddr !== undefined) assignment.set('namesrvAddr', options.namesrvAddr, '-n');
  for (const word of options.args ?? []) {
    const at = word.indexOf('=');
    if (at > 0) assignment.set(word.slice(0, at).trim(), word.slice(at + 1), 'command line');
    else assignment.problems.push(`command line: ${shown(word)} is not of the form key=value`);
  }
  return file;
}

/** The JSON of an account may have been torn from its key. */
const shown = (word: string): string => (/password|secret/i.test(word) ? '***' : word);

function readFile(assignment: Assignment, options: LoadOptions, host: HostFacts): string {
  const files = options.files ?? realFiles;
  const name = options.file!;
  const folders = [host.homeDir, ...(options.searchIn ?? [])];
  const places = isAbsolute(name) ? [name] : [name, ...folders.map((each) => join(each, name))];
  const path = places.find((place) => files.stat(place)?.isDirectory === false);
  if (path === undefined) {
    const reason = files.stat(name) ? 'it is a directory' : 'there is no such file';
    throw new MqError('CONFIG_FILE_UNREADABLE', { file: name, reason });
  }
  const { entries, problems } = parseProperties(readPropertiesText(path, files).text);
  for (const { line, text } of problems) assignment.problems.push(`${path} line ${line}: ${text}`);
  for (const { key, value, line } of entries) {
    assignment.set(key, value, `${path} line ${line}`, true);
  }
  return path;
}

function outcome(
  assignment: Assignment,
): Pick<Loaded<unknown>, 'warnings' | 'notes' | 'origins' | 'extras'> {
  const { warnings, notes, origins, extras } = assignment;
  return { warnings, notes, origins, extras };
}

/** What follows from other properties: ports, the id of a master, the names that access uses. */
function finishBroker(config: BrokerSettings, assignment: Assignment): void {
  const { brokerConfig, messageStoreConfig, nettyServerConfig, authConfig } = config;
  brokerConfig.listenPort = nettyServerConfig.listenPort;
  if (!assignment.origins.has('haListenPort') || messageStoreConfig.haListenPort === 0) {
    messageStoreConfig.haListenPort = defaultHaPort(nettyServerConfig.listenPort);
  }
  const idOrigin = assignment.origins.get('brokerId');
  if (messageStoreConfig.brokerRole === 'SLAVE') {
    if (brokerConfig.brokerId <= 0) {
      assignment.problems.push(
        `${idOrigin ?? assignment.origins.get('brokerRole')}: ` +
          `brokerId = ${brokerConfig.brokerId} is not allowed: a SLAVE's must be greater than 0`,
      );
    }
  } else if (brokerConfig.brokerId !== 0) {
    assignment.warnings.push(
      `${idOrigin}: brokerId = ${brokerConfig.brokerId} is taken as 0, ` +
        `because brokerRole is ${messageStoreConfig.brokerRole}`,
    );
    brokerConfig.brokerId = 0;
  }
  if (authConfig.authorizationEnabled && !authConfig.authenticationEnabled) {
    assignment.warnings.push(
      `${assignment.origins.get('authorizationEnabled')}: without authenticationEnabled = true ` +
        'everybody is taken for whom he says he is',
    );
  }
  authConfig.configName = brokerConfig.brokerName;
  authConfig.clusterName = brokerConfig.brokerClusterName;
  authConfig.authConfigPath = join(messageStoreConfig.storePathRootDir, 'config');
}
