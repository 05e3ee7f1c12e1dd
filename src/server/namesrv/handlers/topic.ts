// What administrators ask about topics: lists, permissions, routes made or removed by hand.

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import { decodeTopicRoute, encodeTopicList } from '../../../protocol/bodies/route.js';
import { Perm, TopicSysFlag } from '../../../protocol/flags.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { NamesrvConfig } from '../../../config/namesrv-config.js';
import type { RouteTable } from '../route-table.js';

export interface TopicHandlerParts {
  config: NamesrvConfig;
  routes: RouteTable;
  log: Logger;
}

const has = (flags: number, flag: number): boolean => (flags & flag) !== 0;

export function topicHandlers({ config, routes, log }: TopicHandlerParts): Handlers {
  const { topics, brokers } = routes;

  function list(enabled: boolean, names: () => string[]): Reply {
    if (!enabled) throw refuse(ResponseCode.SYSTEM_ERROR, 'disable');
    return { body: encodeTopicList({ topicList: names() }) };
  }
  const byFlag = (passes: (flags: number) => boolean): Reply =>
    list(config.enableTopicList, () => topics.namesByFlag(passes));

  return {
    GET_ALL_TOPIC_LIST_FROM_NAMESERVER: () => list(config.enableAllTopicList, () => topics.names()),
    GET_TOPICS_BY_CLUSTER: ({ cluster }) =>
      list(config.enableTopicList, () => topics.namesOf(brokers.namesOf(cluster))),
    GET_UNIT_TOPIC_LIST: () => byFlag((flags) => has(flags, TopicSysFlag.UNIT)),
    GET_HAS_UNIT_SUB_TOPIC_LIST: () => byFlag((flags) => has(flags, TopicSysFlag.UNIT_SUB)),
    GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST: () =>
      byFlag((flags) => has(flags, TopicSysFlag.UNIT_SUB) && !has(flags, TopicSysFlag.UNIT)),
    GET_SYSTEM_TOPIC_LIST_FROM_NS: () => ({ body: encodeTopicList(systemTopics(routes)) }),
    DELETE_TOPIC_IN_NAMESRV: ({ topic, clusterName }) => {
      if (!clusterName) routes.deleteTopic(topic);
      else for (const name of brokers.namesOf(clusterName)) routes.deleteTopic(topic, name);
      return {};
    },
    REGISTER_TOPIC_IN_NAMESRV: ({ topic }, call) => {
      routes.registerTopic(topic, decodeTopicRoute(call.body).queueDatas);
      return {};
    },
    WIPE_WRITE_PERM_OF_BROKER: ({ brokerName }, { connection }) => {
      const wipeTopicCount = topics.changePerm(brokerName, (perm) => perm & ~Perm.WRITE);
      const { remote } = connection;
      log.info(`wipe write perm of broker[${brokerName}], client: ${remote}, ${wipeTopicCount}`);
      return { header: { wipeTopicCount } };
    },
    ADD_WRITE_PERM_OF_BROKER: ({ brokerName }, { connection }) => {
      const addTopicCount = topics.changePerm(brokerName, () => Perm.READ | Perm.WRITE);
      const { remote } = connection;
      log.info(`add write perm of broker[${brokerName}], client: ${remote}, ${addTopicCount}`);
      return { header: { addTopicCount } };
    },
  };
}

/** Names of clusters and brokers are topics too; the address is of any broker, to ask for more. */
function systemTopics(routes: RouteTable): { topicList: string[]; brokerAddr?: string } {
  const { brokerAddrTable, clusterAddrTable } = routes.clusterInfo();
  const topicList = [...clusterAddrTable].flatMap(([cluster, names]) => [cluster, ...names]);
  for (const { brokerAddrs } of brokerAddrTable.values()) {
    const ids = [...brokerAddrs.keys()].sort((a, b) => a - b);
    if (ids.length > 0) return { topicList, brokerAddr: brokerAddrs.get(ids[0]!)! };
  }
  return { topicList };
}
