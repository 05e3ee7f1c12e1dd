// What can stand as the value of an option: names in the cluster, files, or a few known words.

import type { Option } from '../flags/options.js';

export type NameKind = 'topic' | 'group' | 'cluster' | 'brokerName' | 'brokerAddr' | 'namesrv';

export type ValueKind = NameKind | 'files' | 'profile' | 'configKey' | readonly string[];

const named = (kind: ValueKind, ...keys: string[]): [string, ValueKind][] =>
  keys.map((key) => [key, kind]);

/** By the option's key in the declarations, which is RocketMQ's long name. */
const BY_KEY = new Map<string, ValueKind>([
  ...named('topic', 'topic', 'topicName', 'routeTopic', 'parentTopic', 'traceTopic'),
  ...named('topic', 'lmqParentTopic', 'liteTopic'),
  ...named('group', 'group', 'groupName', 'consumerGroup', 'consumer', 'srcGroup', 'destGroup'),
  ...named('cluster', 'cluster', 'clusterName', 'clusters'),
  ...named('brokerName', 'brokerName', 'brokers'),
  ...named('brokerAddr', 'brokerAddr', 'broker', 'fromBroker', 'toBroker'),
  ...named('namesrv', 'namesrvAddr'),
  ...named('files', 'configFile', 'file', 'filename', 'filePath', 'mapFile', 'path', 'dir'),
  ...named('files', 'brokerConfigPath', 'configPath', 'exportFile'),
  ...named('files', 'tlsCaFile', 'tlsCertFile', 'tlsKeyFile'),
  ...named('profile', 'profile'),
  ...named('configKey', 'key'),
  ...named(['PULL', 'POP'], 'mode'),
  ...named(['R', 'F'], 'engineType'),
  ...named(['0', '1'], 'commitLogReadAheadMode'),
  ...named(['get', 'put', 'delete'], 'method'),
  ...named(['Allow', 'Deny'], 'decision'),
  ...named(['Pub', 'Sub', 'Create', 'Update', 'Delete', 'Get', 'List', 'All'], 'actions'),
  ...named(['Super', 'Normal'], 'userType'),
  ...named(['enable', 'disable'], 'userStatus'),
  ...named(['UTF-8', 'GBK'], 'charsetName', 'bodyFormat'),
  ...named(['true', 'false'], 'printBody', 'printMsg', 'calculate', 'printLog', 'sendMessage'),
  ...named(['2', '4', '6'], 'perm'),
]);

/** Commands whose `key` names something of the configuration. */
const WITH_CONFIG_KEYS = new Set(['mqadmin:updateBrokerConfig', 'mqadmin:updateNamesrvConfig']);

export function valueKind(id: string, key: string, option: Option): ValueKind | undefined {
  if (option.kind === 'bool') return ['true', 'false'];
  const kind = BY_KEY.get(key);
  return kind === 'configKey' && !WITH_CONFIG_KEYS.has(id) ? undefined : kind;
}
