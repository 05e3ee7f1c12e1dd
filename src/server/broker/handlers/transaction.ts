// END_TRANSACTION: a producer commits or rolls back (EndTransactionProcessor).

import type { Clock } from '../../../base/clock.js';
import { Property, SysFlag, SystemTopic } from '../../../protocol/flags.js';
import { parseOffsetMessageId } from '../../../protocol/host.js';
import { type DecodedRecord, decodeRecord } from '../../../protocol/message.js';
import { findProperty } from '../../../protocol/properties.js';
import type { Req } from '../../../protocol/requests/index.js';
import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers, Reply } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { Append } from '../sending/append.js';
import { committedBefore } from '../waiting/delivered-before.js';
import { committedMessage, IMMUNITY_SECONDS, immuneSeconds } from '../waiting/half-messages.js';
import type { MessagingConfig, MessagingStoreConfig } from '../parts.js';
import { putAnswer } from '../sending/put-answers.js';
import type { Stats } from '../running/stats.js';
import type { Transactions } from '../waiting/transactions.js';

export interface TransactionHandlerDeps {
  config: MessagingConfig;
  storeConfig: MessagingStoreConfig;
  store: MessageStore;
  append: Append;
  transactions: Transactions;
  stats: Stats;
  clock: Clock;
}

type End = Req<'END_TRANSACTION'>;

export function transactionHandlers(deps: TransactionHandlerDeps): Handlers {
  return {
    async END_TRANSACTION(header) {
      if (deps.storeConfig.brokerRole === 'SLAVE') {
        return { code: ResponseCode.SLAVE_NOT_AVAILABLE };
      }
      const { commitOrRollback } = header;
      const commits = commitOrRollback === SysFlag.TRANSACTION_COMMIT;
      if (!commits && commitOrRollback !== SysFlag.TRANSACTION_ROLLBACK) return {};
      const bytes = await deps.store.recordAt(header.commitLogOffset);
      const half = bytes && decodeRecord(bytes);
      if (!half) return wrong('Find prepared transaction message failed');
      if (isTooLate(deps, header, half)) return { code: ResponseCode.ILLEGAL_OPERATION };
      const fault = faultOf(header, half);
      if (fault !== undefined) return wrong(fault);
      if (!deps.transactions.end(half)) return {};
      if (commits) return commit(deps, half, header.fromTransactionCheck ?? false);
      deps.transactions.done(half);
      return {};
    },

    async RESUME_CHECK_HALF_MESSAGE({ msgId }) {
      const place = parseOffsetMessageId(msgId ?? '');
      const bytes = place && (await deps.store.recordAt(place.offset));
      const half = bytes && decodeRecord(bytes);
      if (half && (await deps.transactions.resume(half))) return {};
      return wrong('Put message back to RMQ_SYS_TRANS_HALF_TOPIC failed.');
    },
  };
}

const wrong = (remark: string): Reply => ({ code: ResponseCode.SYSTEM_ERROR, remark });

/** A producer that set its own time for the first check may decide only until then. */
function isTooLate(
  { clock, config }: TransactionHandlerDeps,
  header: End,
  half: DecodedRecord,
): boolean {
  if (header.fromTransactionCheck) return false;
  const immunity = findProperty(half.properties, IMMUNITY_SECONDS);
  if (!immunity) return false;
  const immuneMs = Math.max(immuneSeconds(immunity, 0) * 1000, config.transactionTimeOut);
  return clock.now() - half.bornTimestamp > immuneMs;
}

function faultOf(header: End, half: DecodedRecord): string | undefined {
  if (findProperty(half.properties, Property.PGROUP) !== header.producerGroup) {
    return 'The producer group wrong';
  }
  if (half.queueOffset !== header.tranStateTableOffset) {
    return 'The transaction state table offset wrong';
  }
  if (half.physicalOffset !== header.commitLogOffset) return 'The commit log offset wrong';
  // the offset of any other message may be that of a half, which nobody has decided
  if (half.topic !== SystemTopic.TRANS_HALF) return 'The message is no half of a transaction';
  return undefined;
}

/**
 * An answer to a question may come when the message is committed already, and a decision that took
 * longer than the broker's patience when the answer to the question has committed it.
 */
async function commit(
  deps: TransactionHandlerDeps,
  half: DecodedRecord,
  asked: boolean,
): Promise<Reply> {
  const message = committedMessage(half);
  if (!message) {
    deps.transactions.undo(half);
    return wrong('The prepared message has no real topic');
  }
  const begin = deps.clock.now();
  const late = begin - half.bornTimestamp > deps.config.transactionTimeOut;
  if ((asked || late) && (await committedBefore(deps.store, message, begin))) {
    deps.transactions.done(half);
    return {};
  }
  return new Promise((resolve) => {
    deps.append.put(message, (result) => {
      const answer = putAnswer(result, deps.storeConfig);
      if (!answer.stored) {
        deps.transactions.undo(half);
        return resolve({ code: answer.code, remark: answer.remark });
      }
      deps.transactions.done(half);
      const ms = deps.clock.now() - begin;
      deps.stats.topicPut(message.topic, message.queueId, 1, result.bytes, ms);
      resolve({});
    });
  });
}
