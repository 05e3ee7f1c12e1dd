// What a slave does not do (rejectRequest of the processors): take messages, and hand them out
// unless slaveReadEnable says so.

import type { RequestName } from '../../protocol/requests/index.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { Handlers, Reply } from '../../remoting/handler.js';
import type { MessagingConfig, MessagingStoreConfig } from './parts.js';

const SENDS: readonly RequestName[] = ['SEND_MESSAGE', 'SEND_MESSAGE_V2', 'SEND_BATCH_MESSAGE'];
const PULLS: readonly RequestName[] = ['PULL_MESSAGE', 'LITE_PULL_MESSAGE'];

type AnyHandler = (header: never, call: never) => Reply | Promise<Reply> | undefined;

/** As long as this is a slave, the handlers of these requests answer that it is busy. */
export function refuseInSlave(
  handlers: Handlers,
  config: MessagingConfig,
  storeConfig: MessagingStoreConfig,
): Handlers {
  const guarded: Partial<Record<RequestName, AnyHandler>> = { ...handlers };
  const guard = (name: RequestName, refused: () => boolean): void => {
    const handler = guarded[name];
    if (handler) guarded[name] = (...args) => (refused() ? busy() : handler(...args));
  };
  const slave = (): boolean => storeConfig.brokerRole === 'SLAVE';
  // where slaves act for their master the store refuses, and senders try another broker at once
  const busyToSenders = (): boolean => slave() && !config.enableSlaveActingMaster;
  for (const name of SENDS) guard(name, busyToSenders);
  const sendBack = guarded.CONSUMER_SEND_MSG_BACK;
  if (sendBack) {
    guarded.CONSUMER_SEND_MSG_BACK = (...args) =>
      slave() ? masterless(config) : sendBack(...args);
  }
  for (const name of PULLS) guard(name, () => slave() && !config.slaveReadEnable);
  return guarded as Handlers;
}

const masterless = (config: MessagingConfig): Reply =>
  config.enableSlaveActingMaster
    ? {
        code: ResponseCode.SYSTEM_ERROR,
        remark: `no master available along with ${config.brokerIP1}`,
      }
    : busy();

const busy = (): Reply => ({
  code: ResponseCode.SYSTEM_BUSY,
  remark: '[REJECTREQUEST]system busy, start flow control for a while',
});
