// What brokers ask: registration, heartbeat, who else is in the group.

import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import {
  decodeOldRegisterBody,
  decodeRegisterBody,
  type RegisterBrokerBody,
} from '../../../protocol/bodies/register.js';
import {
  decodeDataVersion,
  encodeClusterInfo,
  encodeDataVersion,
  encodeMemberGroup,
} from '../../../protocol/bodies/route.js';
import { encodeKvTable } from '../../../protocol/bodies/broker.js';
import { bodyCrc } from '../../../protocol/message.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Call, Handlers } from '../../../remoting/handler.js';
import type { NamesrvConfig } from '../../../config/namesrv-config.js';
import { type KvConfig, ORDER_TOPIC_NAMESPACE } from '../kv-config.js';
import type { RouteTable } from '../route-table.js';

export interface BrokerHandlerParts {
  config: NamesrvConfig;
  routes: RouteTable;
  kv: KvConfig;
  log: Logger;
}

/** Brokers before 3.0.11 (its number on the wire) send their topics without an envelope. */
const VERSION_WITH_FILTER_SERVERS = 37;

export function brokerHandlers({ config, routes, kv, log }: BrokerHandlerParts): Handlers {
  return {
    REGISTER_BROKER: (header, call) => {
      const body = readBody(header, call);
      if (!body) {
        log.warn(`receive registerBroker request, crc32 not match, from ${call.connection.remote}`);
        throw refuse(ResponseCode.SYSTEM_ERROR, 'crc32 not match');
      }
      const result = routes.register({
        ...header,
        topics: body.topicConfigSerializeWrapper,
        filterServers: body.filterServerList,
        connection: call.connection,
      });
      if (!result) throw refuse(ResponseCode.SYSTEM_ERROR, 'register broker failed');
      const order = config.returnOrderTopicConfigToBroker
        ? kv.list(ORDER_TOPIC_NAMESPACE)
        : undefined;
      return order ? { header: result, body: encodeKvTable(order) } : { header: result };
    },
    UNREGISTER_BROKER: (header) => {
      routes.unregister(header);
      return {};
    },
    BROKER_HEARTBEAT: ({ clusterName, brokerAddr }) => {
      routes.touch(clusterName, brokerAddr);
      return {};
    },
    QUERY_DATA_VERSION: ({ clusterName, brokerAddr }, call) => {
      const changed = routes.isChanged(clusterName, brokerAddr, decodeDataVersion(call.body));
      routes.touch(clusterName, brokerAddr);
      const known = routes.dataVersion(clusterName, brokerAddr);
      return known
        ? { header: { changed }, body: encodeDataVersion(known) }
        : { header: { changed } };
    },
    GET_BROKER_MEMBER_GROUP: ({ clusterName, brokerName }) => ({
      body: encodeMemberGroup(routes.memberGroup(clusterName, brokerName)),
    }),
    GET_BROKER_CLUSTER_INFO: () => ({ body: encodeClusterInfo(routes.clusterInfo()) }),
  };
}

const NO_BODY = Buffer.from('{}');

/** Undefined when the body is not the one that was sent. */
function readBody(header: Req<'REGISTER_BROKER'>, call: Call): RegisterBrokerBody | undefined {
  const { body, frame } = call;
  if (header.bodyCrc32 && header.bodyCrc32 !== bodyCrc(body)) return undefined;
  if (body.length === 0) return decodeRegisterBody(NO_BODY, false);
  return frame.version >= VERSION_WITH_FILTER_SERVERS
    ? decodeRegisterBody(body, header.compressed ?? false)
    : decodeOldRegisterBody(body);
}
