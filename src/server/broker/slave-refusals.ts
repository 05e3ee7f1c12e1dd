// What a slave does not do (rejectRequest of the processors): take messages, and hand them out
// unless slaveReadEnable says so.

import type { RequestName } from '../../protocol/requests/index.js';
import { ResponseCode } from '../../protocol/responses.js';
import type { Handlers, Reply } from '../../remoting/handler.js';
import type { MessagingConfig, MessagingStoreConfig } from './parts.js';

const SENDS: readonly RequestName[] = [
  'SEND_MESSAGE',
  'SEND_MESSAGE_V2',
  'SEND_BATCH_MESSAGE',
  'CONSUMER_SEND_MSG_BACK',
];
const PULLS: readonly RequestName[] = ['PULL_MESSAGE', 'LITE_PULL_MESSAGE'];

type AnyHandler = (header: never, call: never) => Reply | Promise<Reply> | undefined;

/** In a slave the handlers of these requests answer that it is busy; elsewhere they stay. */
export function refuseInSlave(
  handlers: Handlers,
  config: MessagingConfig,
  storeConfig: MessagingStoreConfig,
): Handlers {
  if (storeConfig.brokerRole !== 'SLAVE') return handlers;
  const guarded: Partial<Record<RequestName, AnyHandler>> = { ...handlers };
  const busy = (): Reply => ({
    code: ResponseCode.SYSTEM_BUSY,
    remark: '[REJECTREQUEST]system busy, start flow control for a while',
  });
  for (const name of SENDS) guarded[name] = busy;
  for (const name of PULLS) {
    const pull = guarded[name];
    if (pull) guarded[name] = (...args) => (config.slaveReadEnable ? pull(...args) : busy());
  }
  return guarded as Handlers;
}
