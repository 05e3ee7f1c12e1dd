// A producer of transactional messages (TransactionMQProducer): the broker keeps a message back
// until the program's own transaction is decided, and asks when it hears nothing.

import { describeError } from '../base/log.js';
import { Property, SysFlag } from '../protocol/flags.js';
import { parseOffsetMessageId } from '../protocol/host.js';
import { decodeRecord } from '../protocol/message.js';
import type { Req } from '../protocol/requests/index.js';
import type { Handler } from '../remoting/handler.js';
import { type Message, type ReceivedMessage, receivedMessage } from './message.js';
import { createProducer, type Producer, type ProducerOptions } from './producer.js';
import { queueAddress } from './queues.js';
import type { SendResult } from './send-result.js';

/** `unknown`: the broker asks again later. */
export type TransactionState = 'commit' | 'rollback' | 'unknown';

export interface TransactionListener {
  /** Runs the program's transaction, after the message is stored and before anybody sees it. */
  execute(message: Message, result: SendResult): TransactionState | Promise<TransactionState>;
  /** How a transaction ended whose end the broker never heard of. */
  check(message: ReceivedMessage): TransactionState | Promise<TransactionState>;
}

export interface TransactionResult extends SendResult {
  state: TransactionState;
}

const FLAG_OF: Readonly<Record<TransactionState, number>> = {
  commit: SysFlag.TRANSACTION_COMMIT,
  rollback: SysFlag.TRANSACTION_ROLLBACK,
  unknown: 0,
};

export function createTransactionProducer(
  options: ProducerOptions,
  listener: TransactionListener,
): TransactionProducer {
  return new TransactionProducer(options, listener);
}

export class TransactionProducer {
  readonly producer: Producer;

  constructor(
    options: ProducerOptions,
    private readonly listener: TransactionListener,
  ) {
    const check: Handler<'CHECK_TRANSACTION_STATE'> = (header, call) => {
      void this.check(header, call.body, (end) => call.connection.oneway('END_TRANSACTION', end));
      return {};
    };
    this.producer = createProducer({ ...options, handlers: { CHECK_TRANSACTION_STATE: check } });
  }

  start(): Promise<void> {
    return this.producer.start();
  }

  stop(): Promise<void> {
    return this.producer.stop();
  }

  /** Stores the message unseen, runs the transaction, tells the broker how it ended. */
  async send(message: Message): Promise<TransactionResult> {
    const properties = {
      ...message.properties,
      [Property.TRAN_MSG]: 'true',
      [Property.PGROUP]: this.producer.group,
    };
    await this.producer.join(message.topic);
    const prepared = { ...message, properties };
    const sysFlag = SysFlag.TRANSACTION_PREPARED;
    const result = await this.producer.send(prepared, { sysFlag });
    const stored = result.status === 'SEND_OK';
    const state = stored ? await this.execute(message, result) : 'rollback';
    await this.end(result, state);
    return { ...result, state };
  }

  private async execute(message: Message, result: SendResult): Promise<TransactionState> {
    try {
      return await this.listener.execute(message, result);
    } catch (error) {
      this.warn('the transaction', result.msgId, error);
      return 'unknown';
    }
  }

  private async end(result: SendResult, state: TransactionState): Promise<void> {
    const { session } = this.producer.instance;
    const { msgId, offsetMsgId = '', queue, queueOffset, transactionId } = result;
    const header = {
      topic: queue.topic,
      producerGroup: this.producer.group,
      tranStateTableOffset: queueOffset,
      commitLogOffset: parseOffsetMessageId(offsetMsgId)?.offset ?? 0,
      commitOrRollback: FLAG_OF[state],
      fromTransactionCheck: false,
      msgId,
      bname: queue.brokerName,
      ...(transactionId === undefined ? {} : { transactionId }),
    };
    try {
      await session.oneway(await queueAddress(session, queue), 'END_TRANSACTION', header);
    } catch (error) {
      this.warn('its end', msgId, error); // the broker will ask
    }
  }

  private async check(
    header: Req<'CHECK_TRANSACTION_STATE'>,
    body: Buffer,
    answer: (end: Req<'END_TRANSACTION'>) => void,
  ): Promise<void> {
    const record = decodeRecord(body);
    if (!record) return this.warn('a check without a message', header.msgId ?? '', undefined);
    const message = receivedMessage(record);
    let state: TransactionState = 'unknown';
    try {
      state = await this.listener.check(message);
    } catch (error) {
      this.warn('the check', message.msgId, error);
    }
    answer({
      topic: message.topic,
      producerGroup: this.producer.group,
      tranStateTableOffset: header.tranStateTableOffset,
      commitLogOffset: header.commitLogOffset,
      commitOrRollback: FLAG_OF[state],
      fromTransactionCheck: true,
      msgId: message.msgId,
      ...(header.transactionId === undefined ? {} : { transactionId: header.transactionId }),
    });
  }

  private warn(what: string, msgId: string, error: unknown): void {
    this.producer.instance.log.warn(`transaction ${msgId}: ${what}: ${describeError(error)}`);
  }
}
