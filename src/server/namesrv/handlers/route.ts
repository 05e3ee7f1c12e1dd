// What clients ask: the route of a topic (ClientRequestProcessor).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import type { Logger } from '../../../base/log.js';
import { encodeTopicRoute } from '../../../protocol/bodies/route.js';
import { VERSION_V4_9_4 } from '../../../protocol/flags.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { NamesrvConfig } from '../../../config/namesrv-config.js';
import { type KvConfig, ORDER_TOPIC_NAMESPACE } from '../kv-config.js';
import type { RouteTable } from '../route-table.js';
import { filterByZone, pickRoute } from '../topic-route.js';

export interface RouteHandlerParts {
  config: NamesrvConfig;
  routes: RouteTable;
  kv: KvConfig;
  clock: Clock;
  log: Logger;
}

const FAQ = '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.';

export function routeHandlers({ config, routes, kv, clock, log }: RouteHandlerParts): Handlers {
  const startedAt = clock.monotonic();

  /** A restarted name server waits until brokers have had time to register. */
  function isReady(): boolean {
    if (!config.needWaitForService) return true;
    return clock.monotonic() - startedAt >= config.waitSecondsForService * 1000;
  }

  return {
    GET_ROUTEINFO_BY_TOPIC: (header, call) => {
      const { topic, acceptStandardJsonOnly, zoneMode, zoneName } = header;
      if (!isReady()) {
        log.warn(`name server not ready. request code ${call.frame.code}`);
        throw refuse(ResponseCode.SYSTEM_ERROR, 'name server not ready');
      }
      let route = pickRoute(routes, topic, config);
      if (!route) {
        const text = `No topic route info in name server for the topic: ${topic}${FAQ}`;
        throw refuse(ResponseCode.TOPIC_NOT_EXIST, text);
      }
      if (config.orderMessageEnable) {
        const orderTopicConf = kv.get(ORDER_TOPIC_NAMESPACE, topic);
        if (orderTopicConf !== undefined) route.orderTopicConf = orderTopicConf;
      }
      if (zoneMode && zoneName?.trim()) route = filterByZone(route, zoneName);
      const quoteKeys = call.frame.version >= VERSION_V4_9_4 || acceptStandardJsonOnly === true;
      return { body: encodeTopicRoute(route, { quoteKeys }) };
    },
  };
}
