// Counters of the broker by name and key.

import { refuse } from '../../../base/errors.js';
import { type BrokerStatsItem, encodeBrokerStats } from '../../../protocol/bodies/broker.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { Stats } from '../running/stats.js';
import type { StatsSnapshot } from '../running/stats-item.js';

const itemOf = ({ sum, tps, avgpt }: StatsSnapshot): BrokerStatsItem => ({ sum, tps, avgpt });

export function statsHandlers({ stats }: { stats: Stats }): Handlers {
  return {
    VIEW_BROKER_STATS_DATA: ({ statsName, statsKey }) => {
      const item = stats.item(statsName, statsKey);
      if (!item) {
        const remark = `The stats <${statsName}> <${statsKey}> not exist`;
        throw refuse(ResponseCode.SYSTEM_ERROR, remark);
      }
      return {
        body: encodeBrokerStats({
          statsMinute: itemOf(item.minute()),
          statsHour: itemOf(item.hour()),
          statsDay: itemOf(item.day()),
        }),
      };
    },
  };
}
