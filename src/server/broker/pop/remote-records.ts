// Messages of other brokers that their slaves have handed out by POP while they acted for their
// masters: the check points are here (EscapeBridge.getMessageFromRemoteAsync).

import type { Clock } from '../../../base/clock.js';
import { describeError, type Logger } from '../../../base/log.js';
import { type DecodedRecord, decodeRecords } from '../../../protocol/message.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { RemotingClient } from '../../../remoting/client.js';
import type { Routes } from '../clients/routes.js';
import type { MessagingConfig } from '../parts.js';

export interface RemoteRecordsDeps {
  config: MessagingConfig;
  routes: Pick<Routes, 'readable' | 'masterOf'>;
  client: Pick<RemotingClient, 'request'>;
  clock: Clock;
  log: Logger;
}

const TIMEOUT_MS = 10_000;
/** For so long nobody is asked again who did not answer: what is here must not wait for it. */
const AWAY_MS = 10_000;
/** The request brings its own subscription. */
const SUBSCRIPTION = 4;
/** The queue was looked at; other answers may be others later. */
const LOOKED = [
  ResponseCode.SUCCESS,
  ResponseCode.PULL_NOT_FOUND,
  ResponseCode.PULL_RETRY_IMMEDIATELY,
  ResponseCode.PULL_OFFSET_MOVED,
];

export class RemoteRecords {
  /** Until when a broker is not asked for a topic. */
  private readonly away = new Map<string, number>();

  constructor(private readonly deps: RemoteRecordsDeps) {}

  /** `GONE` when the queue does not hold it, `LATER` when nobody could be asked. */
  async get(
    brokerName: string,
    topic: string,
    queueId: number,
    offset: number,
  ): Promise<DecodedRecord | 'GONE' | 'LATER'> {
    const { config, client, clock, log, routes } = this.deps;
    const header = {
      consumerGroup: `InnerConsumerGroup_${config.brokerName}_${config.brokerId}`,
      ...{ topic, queueId, queueOffset: offset, maxMsgNums: 1, sysFlag: SUBSCRIPTION },
      ...{ commitOffset: 0, suspendTimeoutMillis: 0, subscription: '*', expressionType: 'TAG' },
      ...{ subVersion: clock.now(), maxMsgBytes: 0x7fffffff, bname: brokerName },
    };
    const asked = `${topic}@${brokerName}`;
    if ((this.away.get(asked) ?? 0) > clock.monotonic()) return 'LATER';
    try {
      await routes.readable(topic);
      const address = routes.masterOf(topic, brokerName);
      if (!address) throw new Error('nobody acts for its master');
      const options = { allow: LOOKED, timeoutMs: TIMEOUT_MS };
      const { body } = await client.request(address, 'PULL_MESSAGE', header, options);
      this.away.delete(asked);
      const [record] = decodeRecords(body);
      return record?.queueOffset === offset ? record : 'GONE';
    } catch (error) {
      const what = `${offset} of ${topic} ${queueId} in ${brokerName}`;
      log.warn(`message ${what}, handed out by POP: ${describeError(error)}`);
      this.away.set(asked, clock.monotonic() + AWAY_MS);
      return 'LATER';
    }
  }
}
