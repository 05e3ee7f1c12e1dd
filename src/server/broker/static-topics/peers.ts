// Other brokers by name, to which a part of a logical queue has been written (RpcClientImpl).

import type { Clock } from '../../../base/clock.js';
import { refuse } from '../../../base/errors.js';
import { describeError, type Logger } from '../../../base/log.js';
import { type BrokerData, decodeClusterInfo } from '../../../protocol/bodies/route.js';
import { MASTER_ID } from '../../../protocol/flags.js';
import type { Req, RequestName } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Answer, RemotingClient } from '../../../remoting/client.js';

export interface PeersOptions {
  config: { namesrvAddr: string; forwardTimeout: number };
  client: RemotingClient;
  clock: Clock;
  log: Logger;
}

/** So long the addresses are believed, as RocketMQ asks for them so often. */
const FRESH_MS = 5000;

export class Peers {
  private known: ReadonlyMap<string, BrokerData> = new Map();
  private knownAt = -Infinity;
  private asking: Promise<void> | undefined;

  constructor(private readonly options: PeersOptions) {}

  /** Asks the master of that name; codes that are not allowed are thrown as a refusal. */
  async request<N extends RequestName>(
    brokerName: string,
    name: N,
    header: Req<N>,
    allow: readonly number[] = [],
  ): Promise<Answer<N>> {
    const address = await this.masterOf(brokerName);
    const timeoutMs = this.options.config.forwardTimeout;
    return this.options.client.request(address, name, header, { timeoutMs, allow });
  }

  private async masterOf(brokerName: string): Promise<string> {
    const now = this.options.clock.monotonic();
    const fresh = now - this.knownAt < FRESH_MS && this.known.has(brokerName);
    if (!fresh) {
      this.asking ??= this.ask().finally(() => {
        this.asking = undefined;
      });
      await this.asking;
    }
    const address = this.known.get(brokerName)?.brokerAddrs.get(MASTER_ID);
    if (address !== undefined) return address;
    throw refuse(ResponseCode.SYSTEM_ERROR, `cannot find addr for broker ${brokerName}`);
  }

  /** The first name server that answers; what was known stays when none does. */
  private async ask(): Promise<void> {
    const { config, client, clock, log } = this.options;
    for (const address of config.namesrvAddr.split(';').map((text) => text.trim())) {
      if (address === '') continue;
      try {
        const { body } = await client.request(address, 'GET_BROKER_CLUSTER_INFO', {});
        this.known = decodeClusterInfo(body).brokerAddrTable;
        this.knownAt = clock.monotonic();
        return;
      } catch (error) {
        log.warn(`brokers by name from ${address}: ${describeError(error)}`);
      }
    }
  }
}
